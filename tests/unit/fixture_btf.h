// The BTF of the fixture kernel (tests/fixtures/kernel).
#pragma once

#include <string>

namespace trc::test {

/// The bytes of sys/kernel/btf/vmlinux: a few dozen types, one of each shape that the compiler has to get
/// right.
std::string make_fixture_btf();

} // namespace trc::test
