use callboard::stream;

pub struct Reader;

impl Reader {
    #[stream(lines)]
    pub fn line(&mut self, line: String) {
        drop(line);
    }
}

fn main() {
    Reader.line(String::new());
}
