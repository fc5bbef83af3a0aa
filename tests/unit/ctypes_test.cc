// C types as types of the language: from BTF, and from spellings.
#include <gtest/gtest.h>

#include "ctypes/btf_types.h"
#include "ctypes/c_spelling.h"
#include "ctypes/type_table.h"
#include "kernel/btf.h"

namespace trc {
namespace {

const std::string kRoot = TRC_TEST_DIR "/fixtures/kernel";
using Names = std::vector<std::string>;

class BtfTypes : public testing::Test {
protected:
  Kernel kernel_ = std::move(*Kernel::open(kRoot));
  std::shared_ptr<const TypeSource> types_ = kernel_types(kernel_);

  const Structure& structure(const std::string& name) {
    const Structure* found = types_->structure(name);
    static const Structure none;
    EXPECT_TRUE(found) << name;
    return found ? *found : none;
  }
  Field field(const std::string& name, const std::string& member) {
    auto found = find_field(*types_, structure(name), member);
    EXPECT_TRUE(found) << name << " " << member;
    return found.value_or(Field());
  }
  /// "type offset", and ":first,bits" of a bit-field.
  std::string shown(const std::string& name, const std::string& member) {
    const Field f = field(name, member);
    std::string text = spelling(f.type) + " " + std::to_string(f.offset);
    if (f.bits) text += ":" + std::to_string(f.first_bit) + "," + std::to_string(f.bits);
    return text;
  }
};

TEST_F(BtfTypes, TypesByName) {
  EXPECT_EQ(types_->type("pid_t"), integer_type(4, true));
  EXPECT_EQ(types_->type("dev_t"), integer_type(4, false));
  EXPECT_EQ(types_->type("u64"), integer_type(8, false));
  EXPECT_EQ(types_->type("unsigned long"), integer_type(8, false));
  EXPECT_EQ(types_->type("_Bool"), bool_type());
  EXPECT_EQ(types_->type("struct task_struct"), structure_type("struct task_struct", 208));
  EXPECT_EQ(types_->type("enum sort"), enumeration_type("enum sort", 4, false));
  EXPECT_EQ(types_->type("enum colour"), enumeration_type("enum colour", 4, true));
  for (const char* name : {"nosuch", "struct nosuch", "struct sort", "union task_struct", "task_struct",
                           "struct request", "", "struct ", "struct <anonymous 1>", "enum <anonymous 9999>",
                           "struct <anonymous x>", "struct <task_struct 99999999999999999999>"})
    EXPECT_FALSE(types_->type(name)) << name;
}

TEST_F(BtfTypes, AWalkOfFivePointers) {
  EXPECT_EQ(shown("struct task_struct", "mm"), "struct mm_struct * 88");
  // In the anonymous struct that all of mm_struct is in.
  EXPECT_EQ(shown("struct mm_struct", "exe_file"), "struct file * 32");
  EXPECT_EQ(shown("struct file", "f_inode"), "struct inode * 24");
  EXPECT_EQ(shown("struct inode", "i_sb"), "struct super_block * 16");
  EXPECT_EQ(shown("struct super_block", "s_type"), "struct file_system_type * 8");
  EXPECT_EQ(shown("struct file_system_type", "name"), "int8 * 0");
  // By value, then by pointer.
  EXPECT_EQ(shown("struct file", "f_path"), "struct path 8");
  EXPECT_EQ(shown("struct path", "dentry"), "struct dentry * 8");
  EXPECT_EQ(shown("struct dentry", "d_name"), "struct qstr 8");
  EXPECT_EQ(shown("struct qstr", "len"), "uint32 4");
  EXPECT_EQ(shown("struct qstr", "hash_len"), "uint64 0");
  EXPECT_EQ(shown("struct qstr", "name"), "uint8 * 8");
  EXPECT_EQ(structure("struct qstr").alignment, 8u);
  EXPECT_EQ(field("struct task_struct", "mm").type.elements.at(0), structure_type("struct mm_struct", 40));
}

TEST_F(BtfTypes, FieldsOfAllShapes) {
  EXPECT_EQ(field("struct task_struct", "comm").type, string_type(16));
  EXPECT_EQ(shown("struct task_struct", "grid"), "uint64[2][3] 152");
  EXPECT_EQ(shown("struct task_struct", "policy"), "enum sort 120");
  EXPECT_EQ(shown("struct task_struct", "as_pointer"), "void * 40");
  EXPECT_EQ(shown("struct task_struct", "as_number"), "uint64 40");
  EXPECT_EQ(shown("struct dentry", "d_iname"), "uint8[40] 32");
  EXPECT_EQ(shown("struct mm_struct", "cpu_bitmap"), "uint64[] 40");
  EXPECT_EQ(shown("struct odd", "real"), "uint8[8] 0");
  EXPECT_EQ(shown("struct odd", "wide"), "uint8[16] 16");
  EXPECT_EQ(shown("struct odd", "names"), "string[4][2] 32");
  EXPECT_EQ(shown("struct odd", "nothing"), "int8[] 40");
  EXPECT_EQ(structure("struct odd").alignment, 16u);
  EXPECT_EQ(structure("struct packed").alignment, 1u);
  // A declaration only: its name, and no size.
  EXPECT_EQ(field("struct task_struct", "signal").type.elements.at(0),
            structure_type("struct signal_struct", 0));
  EXPECT_EQ(types_->structure("struct signal_struct"), nullptr);
  const Type restart = field("struct task_struct", "restart").type;
  EXPECT_TRUE(restart.is_pointer() && restart.elements.empty());
  EXPECT_FALSE(find_field(*types_, structure("struct task_struct"), "nosuch"));
}

TEST_F(BtfTypes, AddressSpaces) {
  EXPECT_EQ(field("struct task_struct", "mm").type.space, AddressSpace::kernel);
  EXPECT_EQ(field("struct task_struct", "real_parent").type.space, AddressSpace::kernel);
  EXPECT_EQ(field("struct task_struct", "clear_child_tid").type,
            pointer_type(AddressSpace::user, integer_type(4, true)));
  EXPECT_FALSE(field("struct task_struct", "mm").is_per_cpu);
  EXPECT_TRUE(field("struct task_struct", "counters").is_per_cpu);
}

TEST_F(BtfTypes, BitFields) {
  EXPECT_EQ(shown("struct task_struct", "flag"), "uint32 64:0,1");
  EXPECT_EQ(shown("struct task_struct", "in_execve"), "uint32 64:1,1");
  EXPECT_EQ(shown("struct task_struct", "level"), "uint32 64:2,9");
  EXPECT_EQ(shown("struct bits", "low"), "uint32 0:0,3");
  EXPECT_EQ(shown("struct bits", "negative"), "int32 0:3,5");
  EXPECT_EQ(shown("struct bits", "across"), "uint32 1:0,24");
  EXPECT_EQ(shown("struct bits", "sort"), "enum sort 4:0,2");
  EXPECT_EQ(shown("struct bits", "yes"), "bool 4:2,1");
  EXPECT_EQ(shown("struct bits", "wide"), "uint64 8:3,61");
  EXPECT_EQ(shown("struct bits", "whole"), "uint32 16");
  EXPECT_EQ(shown("struct old_bits", "a"), "uint32 0:0,3");
  EXPECT_EQ(shown("struct old_bits", "b"), "uint32 0:3,13");
  EXPECT_EQ(shown("struct old_bits", "c"), "uint32 2:0,16");
}

TEST_F(BtfTypes, Enumerations) {
  const Enumeration* colour = types_->enumeration("enum colour");
  ASSERT_TRUE(colour);
  EXPECT_EQ(
      *colour,
      (Enumeration{"enum colour", 4, true, {{"COLOUR_NONE", -1}, {"COLOUR_RED", 0}, {"COLOUR_BLUE", 7}}}));
  EXPECT_EQ(types_->enumeration("enum tiny")->size, 1u);
  EXPECT_EQ(types_->enumeration("enum tiny")->values.at(1).value, 255);
  EXPECT_EQ(types_->enumeration("enum huge")->values.at(1).value, INT64_MIN + 1);
  EXPECT_EQ(types_->enumeration("enum declared_only"), nullptr);
  EXPECT_EQ(types_->enumeration("enum nosuch"), nullptr);

  auto constant = types_->constant("COLOUR_NONE");
  ASSERT_TRUE(constant);
  EXPECT_EQ(constant->type, enumeration_type("enum colour", 4, true));
  EXPECT_EQ(constant->value, -1);
  EXPECT_EQ(types_->constant("HUGE_TOP")->value, INT64_MIN + 1);
  // Of an enumeration without a name, which can be found again.
  auto state = types_->constant("TCP_LISTEN");
  ASSERT_TRUE(state);
  EXPECT_EQ(state->value, 10);
  EXPECT_TRUE(state->type.is_enumeration());
  const Enumeration* again = types_->enumeration(state->type.name);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->values.at(0).name, "TCP_ESTABLISHED");
  for (const char* name : {"TCP", "task_struct", "comm", "", "nosuch"})
    EXPECT_FALSE(types_->constant(name)) << name;
}

TEST_F(BtfTypes, AnonymousStructuresAreFoundAgain) {
  const Type users = field("struct mm_struct", "mm_users").type;
  EXPECT_TRUE(users.name.starts_with("struct <atomic_t ")) << users.name;
  EXPECT_EQ(types_->type("atomic_t"), users);
  EXPECT_EQ(shown(users.name, "counter"), "int32 0");
  const Field& inner = structure("struct mm_struct").fields.at(0);
  EXPECT_EQ(inner.name, "");
  EXPECT_TRUE(inner.type.name.starts_with("struct <anonymous ")) << inner.type.name;
  EXPECT_TRUE(types_->structure(inner.type.name));
}

TEST_F(BtfTypes, TheSecondOfAName) {
  EXPECT_EQ(structure("struct console").size, 4u);
  const Type second = field("struct consoles", "second").type.elements.at(0);
  EXPECT_TRUE(second.name.starts_with("struct <console ")) << second.name;
  EXPECT_EQ(shown(second.name, "other"), "uint64 0");
}

TEST_F(BtfTypes, Modules) {
  EXPECT_EQ(shown("struct fixture_state", "owner"), "struct task_struct * 0");
  EXPECT_EQ(shown("struct fixture_state", "mode"), "enum fixture_mode 8");
  EXPECT_EQ(shown("struct fixture_state", "address"), "int64 16");
  EXPECT_EQ(types_->type("fixture_id_t"), integer_type(4, false));
  EXPECT_EQ(types_->enumeration("enum fixture_mode")->values.size(), 2u);
  EXPECT_EQ(types_->constant("FIXTURE_ON")->value, 1);
  // Not the kernel's own `struct file`.
  const Type file = field("struct fixture_file", "file").type.elements.at(0);
  EXPECT_EQ(shown(file.name, "own"), "int32 0");
  EXPECT_EQ(structure("struct file").size, 32u);
}

TEST(BtfTypesWithoutBtf, KnowNothing) {
  Kernel kernel = std::move(*Kernel::open(kRoot + "-without-btf"));
  auto types = kernel_types(kernel);
  EXPECT_EQ(types->structure("struct task_struct"), nullptr);
  EXPECT_EQ(types->enumeration("enum sort"), nullptr);
  EXPECT_FALSE(types->type("struct task_struct"));
  EXPECT_FALSE(types->constant("TCP_LISTEN"));
  EXPECT_TRUE(kernel_type(kernel, 1).is_none());
  EXPECT_EQ(type_table({types})->type("pid_t"), integer_type(4, true));
}

TEST(TypeTable, WordsOfC) {
  struct Case {
    const char* name;
    uint32_t bytes;
    bool is_signed;
  };
  const Case cases[] = {{"char", 1, true},
                        {"signed char", 1, true},
                        {"unsigned char", 1, false},
                        {"char unsigned", 1, false},
                        {"short", 2, true},
                        {"short unsigned int", 2, false},
                        {"int", 4, true},
                        {"unsigned", 4, false},
                        {"signed", 4, true},
                        {"long", 8, true},
                        {"long unsigned int", 8, false},
                        {"unsigned long long int", 8, false},
                        {"long long", 8, true},
                        {"uint8", 1, false},
                        {"int64", 8, true},
                        {"size_t", 8, false},
                        {"uint32_t", 4, false},
                        {"__u16", 2, false}};
  auto table = type_table({});
  for (const Case& c : cases)
    EXPECT_EQ(table->type(c.name), integer_type(c.bytes, c.is_signed)) << c.name;
  EXPECT_EQ(table->type("bool"), bool_type());
  for (const char* name : {"", " ", "void", "long short", "char int", "unsigned signed", "long long long",
                           "int int", "unsigned bool", "float", "struct x", "intt"})
    EXPECT_FALSE(table->type(name)) << name;
}

TEST_F(BtfTypes, FromSpellings) {
  auto made = [&](const char* text) { return c_type(text, AddressSpace::kernel, *types_).value_or(Type()); };
  const Type text = pointer_type(AddressSpace::kernel, integer_type(1, true));
  EXPECT_EQ(made("const char *"), text);
  EXPECT_EQ(made("const char* "), text);
  EXPECT_EQ(made("const char *const *"), pointer_type(AddressSpace::kernel, text));
  EXPECT_EQ(made("const char __user *"), pointer_type(AddressSpace::user, integer_type(1, true)));
  EXPECT_EQ(made("void __seg_gs *"), pointer_type(AddressSpace::kernel, {}, "void"));
  EXPECT_EQ(made("const void*"), pointer_type(AddressSpace::kernel, {}, "void"));
  EXPECT_EQ(made("const clockid_t"), integer_type(4, true));
  EXPECT_EQ(made("enum colour"), enumeration_type("enum colour", 4, true));
  EXPECT_EQ(made("umode_t *"), pointer_type(AddressSpace::kernel, integer_type(2, false)));
  const Type iocb = pointer_type(AddressSpace::kernel, structure_type("struct iocb", 0));
  EXPECT_EQ(made("struct iocb * *"), pointer_type(AddressSpace::kernel, iocb));
  EXPECT_EQ(made("nosuch_t *"), pointer_type(AddressSpace::kernel, {}, "nosuch_t"));
  for (const char* spelling : {"struct nosuch", "nosuch_t", "void", ""})
    EXPECT_TRUE(made(spelling).is_none()) << spelling;
}

} // namespace
} // namespace trc
