#[actor]
pub struct Store<T: Clone, B = Memory, const N: usize = 4>
where
    B: Backend,
{
    values: [T; N],
    backend: B,
}

#[handlers]
impl<T: Clone, B, const N: usize> Store<T, B, N>
where
    B: Backend,
{
    #[tell]
    pub fn put(&mut self, at: usize, value: T) {
        self.values[at] = value;
    }

    #[ask]
    pub fn all(&self) -> [T; N] {
        self.values.clone()
    }
}

#[actor]
struct Fixed<const SIZE: usize>([u8; SIZE]);

#[handlers]
impl<const SIZE: usize> Fixed<SIZE> {}

#[handlers]
impl<T: Send + 'static> Cell<T> {
    #[tell]
    pub fn set(&mut self, value: T) {}
}
