// The BTF of the fixture kernel (tests/fixtures/kernel).
#pragma once

#include <string>

namespace trc::test {

/// The bytes of sys/kernel/btf/vmlinux: some 150 types, one of each shape that the compiler has to get
/// right.
std::string make_fixture_btf();
/// The bytes of sys/kernel/btf/fixture_module: split BTF, as a loaded module has it.
std::string make_fixture_module_btf();

} // namespace trc::test
