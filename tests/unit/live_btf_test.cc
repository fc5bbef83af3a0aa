// The types of the running kernel, all of them, compared with what libbpf's reader says.
#include <bpf/btf.h>
#include <chrono>
#include <gtest/gtest.h>
#include <map>
#include <memory>

#include "ctypes/btf_types.h"
#include "kernel/btf.h"

namespace trc {
namespace {

class LiveBtf : public testing::Test {
protected:
  Kernel kernel_ = std::move(*Kernel::open(""));
  std::shared_ptr<const TypeSource> types_ = kernel_types(kernel_);
  std::unique_ptr<btf, void (*)(btf*)> reference_{nullptr, btf__free};
  unsigned mistakes_ = 0;

  void SetUp() override {
    if (!kernel_.has_btf()) GTEST_SKIP() << "this kernel has no BTF at /sys/kernel/btf/vmlinux";
    reference_.reset(btf__load_vmlinux_btf());
    ASSERT_TRUE(reference_);
  }

  const char* name_of(uint32_t offset) const { return btf__name_by_offset(reference_.get(), offset); }

  /// The first few of what may be thousands.
  void wrong(const std::string& what) {
    if (++mistakes_ <= 10) ADD_FAILURE() << what;
  }

  bool is_same(const Field& field, const btf_type* owner, unsigned index) const {
    const btf_member& member = btf_members(owner)[index];
    const unsigned bits = btf_member_bitfield_size(owner, index);
    return field.name == name_of(member.name_off) && field.bits == bits &&
           field.offset * 8 + field.first_bit == btf_member_bit_offset(owner, index) &&
           (field.type.size == btf__resolve_size(reference_.get(), member.type));
  }

  void compare(const Structure& made, const btf_type* type, uint32_t id) {
    if (made.size != type->size) wrong(made.name + ": size");
    if (made.fields.size() != btf_vlen(type)) return wrong(made.name + ": number of fields");
    for (unsigned i = 0; i < made.fields.size(); ++i)
      if (!is_same(made.fields[i], type, i)) wrong(made.name + ": " + made.fields[i].name);
    // libbpf takes what is packed anywhere for packed everywhere, or does not see it, and knows no __int128.
    const uint32_t align = btf__align_of(reference_.get(), id);
    if (align != 1 && type->size % align == 0 && std::min(made.alignment, 8u) > align)
      wrong(made.name + ": alignment");
  }
};

TEST_F(LiveBtf, EveryStructureIsAsLibbpfReadsIt) {
  std::map<std::string, uint32_t> seen;
  unsigned compared = 0;
  for (uint32_t id = 1; id < btf__type_cnt(reference_.get()); ++id) {
    const btf_type* type = btf__type_by_id(reference_.get(), id);
    if (!btf_is_composite(type)) continue;
    std::string name = btf_is_struct(type) ? "struct " : "union ";
    name += name_of(type->name_off);
    const bool is_anonymous = name.ends_with(' ');
    if (is_anonymous || !seen.emplace(name, id).second) name = kernel_type(kernel_, id).name;
    const Structure* made = types_->structure(name);
    if (made)
      compare(*made, type, id);
    else
      wrong("no " + name);
    ++compared;
  }
  EXPECT_GT(compared, 5'000u);
  EXPECT_EQ(mistakes_, 0u);
}

TEST_F(LiveBtf, EveryEnumeratorIsFound) {
  unsigned compared = 0;
  for (uint32_t id = 1; id < btf__type_cnt(reference_.get()); ++id) {
    const btf_type* type = btf__type_by_id(reference_.get(), id);
    if (!btf_is_enum(type) || btf_vlen(type) == 0) continue;
    const Enumeration* made = types_->enumeration(kernel_type(kernel_, id).name);
    if (!made || made->size != type->size || made->values.size() != btf_vlen(type)) {
      wrong("enum " + std::to_string(id));
      continue;
    }
    for (unsigned i = 0; i < made->values.size(); ++i)
      if (made->values[i].name != name_of(btf_enum(type)[i].name_off) ||
          static_cast<int32_t>(made->values[i].value) != btf_enum(type)[i].val)
        wrong(made->name + " " + made->values[i].name);
    ++compared;
  }
  EXPECT_GT(compared, 500u);
  EXPECT_EQ(mistakes_, 0u);
  EXPECT_EQ(types_->constant("TCP_ESTABLISHED")->value, 1);
  EXPECT_EQ(types_->constant("TCP_LISTEN")->value, 10);
  EXPECT_FALSE(types_->constant("task_struct"));
  EXPECT_FALSE(types_->constant("trc_nosuch_constant"));
}

// What a script that casts to `struct task_struct *` pays, and an unknown name: generous, for busy machines.
TEST_F(LiveBtf, QuestionsAreCheap) {
  auto milliseconds = [&](const auto& ask) {
    double best = 1e9;
    for (int round = 0; round < 5; ++round) {
      Kernel kernel = std::move(*Kernel::open(""));
      auto types = kernel_types(kernel);
      const auto start = std::chrono::steady_clock::now();
      ask(*types);
      best = std::min(
          best, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    }
    return best;
  };
  const double task = milliseconds([](const TypeSource& types) { types.structure("struct task_struct"); });
  const double unknown = milliseconds([](const TypeSource& types) { types.constant("trc_nosuch_constant"); });
  const double constant = milliseconds([](const TypeSource& types) { types.constant("TCP_ESTABLISHED"); });
  RecordProperty("task_struct_us", static_cast<int>(task * 1000));
  std::printf("task_struct %.3f ms, unknown constant %.3f ms, TCP_ESTABLISHED %.3f ms\n", task, unknown,
              constant);
  EXPECT_LT(task, 10);
  EXPECT_LT(unknown, 10);
  EXPECT_LT(constant, 20);
}

} // namespace
} // namespace trc
