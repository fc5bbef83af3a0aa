// scopes NAME: one getppid(2), called by functions in namespaces and classes, overloaded and of templates.
#include <sys/prctl.h>
#include <sys/syscall.h>

namespace first::second {

__attribute__((noinline)) long call(int) {
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(SYS_getppid) : "rcx", "r11", "memory");
  return result;
}

struct Caller {
  template<class T> __attribute__((noinline)) long through(T value) {
    return call(static_cast<int>(value)) + 1;
  }
};

} // namespace first::second

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  prctl(PR_SET_NAME, argv[1]);
  return first::second::Caller().through(1.5) == 0;
}
