// A function of Rust, in a module, and one of a generic type, for probes.
mod shapes {
    pub struct Square<T>(pub T);

    impl Square<i64> {
        #[inline(never)]
        pub fn area(&self) -> i64 {
            std::hint::black_box(self.0) * self.0
        }
    }

    #[inline(never)]
    pub fn perimeter(side: i64) -> i64 {
        std::hint::black_box(side) * 4
    }
}

fn main() {
    let mut sum = 0;
    for side in 0..6 {
        sum += shapes::perimeter(side);
    }
    sum += shapes::Square(2).area();
    std::hint::black_box(sum);
}
