#[actor(remote = "shop.cart", version = 2)]
pub struct Cart {
    items: Vec<u32>,
}

#[handlers]
impl Cart {
    #[tell]
    pub fn add(
        &mut self,
        item: u32,
        #[since(2)]
        #[default = 1]
        qty: u32,
    ) {
        self.items.resize(self.items.len() + qty as usize, item);
    }

    #[ask]
    pub fn items(&self) -> Vec<u32> {
        self.items.clone()
    }
}
