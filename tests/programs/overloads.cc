// Functions of C++ for probes: overloads, members, templates, operators. Each is called a known number of
// times. With an argument three exceptions are thrown besides.
#include <string>

#define NOINLINE __attribute__((noinline, noclone))

namespace ns {

volatile long total;

NOINLINE int area(int side) {
  total = total + side;
  return side * side;
}
NOINLINE int area(int width, int height) {
  total = total + width;
  return width * height;
}
NOINLINE double area(double side) {
  total = total + 1;
  return side;
}

class Box {
public:
  NOINLINE explicit Box(int size) : size_(size) { total = total + size; }
  NOINLINE int size() const { return size_ + static_cast<int>(total & 0); }
  NOINLINE Box operator+(const Box& other) const { return Box(size_ + other.size_); }

private:
  int size_;
};

template<class T> NOINLINE T twice(T value) {
  total = total + 1;
  return value + value;
}

} // namespace ns

namespace {
NOINLINE void nameless() { ns::total = ns::total + 1; }
} // namespace

int main(int argc, char**) {
  for (int i = 0; argc > 1 && i < 3; ++i) {
    try {
      throw i;
    } catch (int caught) {
      ns::total = ns::total + caught;
    }
  }
  for (int i = 0; i < 3; ++i)
    ns::area(i);
  for (int i = 0; i < 4; ++i)
    ns::area(i, 2);
  ns::area(1.5);
  const ns::Box box(5);
  ns::twice((box + box).size());
  ns::twice(std::string("a"));
  nameless();
  return 0;
}
