// Types: what two of them make together, how they lie in memory, what they are called.
#include <gtest/gtest.h>

#include "lang/type.h"

namespace trc {
namespace {

Type flexible(uint32_t bytes) {
  Type type = integer_type(bytes, true);
  type.is_flexible = true;
  return type;
}

const Type kInt8 = integer_type(1, true), kInt32 = integer_type(4, true), kInt64 = integer_type(8, true);
const Type kUint8 = integer_type(1, false), kUint32 = integer_type(4, false),
           kUint64 = integer_type(8, false);

struct Case {
  Type a, b, joined;
  Fit fit = Fit::good;
};

TEST(JoinTypes, AlikeFromBothSides) {
  const Case cases[] = {
      {kInt8, kInt32, kInt32},
      {kUint8, kUint32, kUint32},
      {kUint8, kInt8, integer_type(2, true)},
      {kUint32, kInt8, kInt64},
      {kUint8, kInt64, kInt64},
      {kUint64, kInt8, kInt64, Fit::sign_lost},
      {kUint64, kInt64, kInt64, Fit::sign_lost},
      {flexible(1), kUint32, kUint32},
      {flexible(8), kUint8, kUint64},
      {flexible(1), kInt32, kInt32},
      {flexible(1), flexible(2), flexible(2)},
      {bool_type(), kUint32, kUint32},
      {bool_type(), bool_type(), bool_type()},
      {string_type(4), string_type(16), string_type(16)},
      {Type{}, kInt8, kInt8},
      {Type{}, Type{}, Type{}},
      {flexible(1), pointer_type(AddressSpace::user, kInt8), pointer_type(AddressSpace::user, kInt8)},
      {tuple_type({kInt8, string_type(4)}), tuple_type({kUint32, string_type(2)}),
       tuple_type({kInt64, string_type(4)})},
      {tuple_type({kUint64}), tuple_type({kInt8}), tuple_type({kInt64}), Fit::sign_lost},
  };
  for (const Case& c : cases) {
    for (const auto& [left, right] : {std::pair(c.a, c.b), std::pair(c.b, c.a)}) {
      const Joined joined = join_types(left, right);
      EXPECT_EQ(joined.type, c.joined) << spelling(left) << " and " << spelling(right);
      EXPECT_EQ(joined.fit, c.fit) << spelling(left) << " and " << spelling(right);
    }
  }
}

TEST(JoinTypes, WhatDoesNotGoTogether) {
  Type hist = {.kind = TypeKind::hist, .parameters = {0}},
       finer = {.kind = TypeKind::hist, .parameters = {3}};
  const std::pair<Type, Type> pairs[] = {
      {kInt8, string_type(4)},
      {bool_type(), string_type(4)},
      {kInt8, tuple_type({kInt8})},
      {tuple_type({kInt8}), tuple_type({kInt8, kInt8})},
      {tuple_type({kInt8}), tuple_type({string_type(2)})},
      {kUint32, pointer_type(AddressSpace::user, kInt8)},
      {Type{.kind = TypeKind::count}, Type{.kind = TypeKind::sum}},
      {Type{.kind = TypeKind::count}, kInt64},
      {hist, finer},
  };
  for (const auto& [a, b] : pairs) {
    EXPECT_EQ(join_types(a, b).fit, Fit::bad) << spelling(a) << " and " << spelling(b);
    EXPECT_EQ(join_types(b, a).fit, Fit::bad) << spelling(b) << " and " << spelling(a);
    EXPECT_EQ(join_types(a, b).type, a);
  }
}

// Inference checks the bodies again until nothing changes: that ends only if types never shrink.
TEST(JoinTypes, GrowsAndSettles) {
  const Type all[] = {Type{},
                      kInt8,
                      kInt32,
                      kInt64,
                      kUint8,
                      kUint32,
                      kUint64,
                      flexible(1),
                      flexible(8),
                      bool_type(),
                      string_type(2),
                      string_type(9),
                      pointer_type(AddressSpace::user, kInt8)};
  for (const Type& a : all) {
    EXPECT_EQ(join_types(a, a).type, a) << spelling(a);
    for (const Type& b : all) {
      const Joined once = join_types(a, b);
      if (once.fit == Fit::bad) continue;
      EXPECT_EQ(join_types(once.type, b).type, once.type) << spelling(a) << " and " << spelling(b);
      EXPECT_EQ(join_types(once.type, a).type, once.type) << spelling(a) << " and " << spelling(b);
    }
  }
}

TEST(JoinTypes, AggregationsOfBothSignsAreSigned) {
  Type sum = {.kind = TypeKind::sum, .is_signed = true, .size = 8}, usum = {.kind = TypeKind::sum, .size = 8};
  EXPECT_TRUE(join_types(sum, usum).type.is_signed);
  EXPECT_TRUE(join_types(usum, sum).type.is_signed);
}

TEST(Types, TuplesLieAsInC) {
  struct C {
    uint8_t a;
    uint32_t b;
    uint8_t c;
    uint64_t d;
    uint16_t e;
  };
  const Type tuple = tuple_type({kUint8, kUint32, kUint8, kUint64, integer_type(2, false)});
  EXPECT_EQ(tuple.size, sizeof(C));
  EXPECT_EQ(element_offsets(tuple), (std::vector<uint32_t>{offsetof(C, a), offsetof(C, b), offsetof(C, c),
                                                           offsetof(C, d), offsetof(C, e)}));
}

TEST(Types, StorageIsWide) {
  EXPECT_EQ(storage_type(kInt8), kInt64);
  EXPECT_EQ(storage_type(flexible(1)), kInt64);
  EXPECT_EQ(storage_type(bool_type()), bool_type());
  EXPECT_EQ(storage_type(tuple_type({kUint8, bool_type(), string_type(3)})),
            tuple_type({kUint64, bool_type(), string_type(3)}));
  EXPECT_TRUE(read_type(flexible(1)).is_flexible);
  EXPECT_EQ(read_type(flexible(1)).size, 8U);
}

TEST(Types, Spelling) {
  const std::pair<Type, const char*> cases[] = {
      {kInt8, "an int8"},
      {kUint64, "a uint64"},
      {bool_type(), "a bool"},
      {string_type(16), "a string[16]"},
      {tuple_type({kInt8, string_type(2)}), "a tuple (int8,string[2])"},
      {Type{.kind = TypeKind::avg, .is_signed = true}, "an avg_t"},
      {Type{.kind = TypeKind::avg}, "a uavg_t"},
      {pointer_type(AddressSpace::user, kInt8), "an int8 *"},
      {pointer_type(AddressSpace::kernel, {}, "unsigned int"), "an unsigned int *"},
      {pointer_type(AddressSpace::kernel, {}, "struct task_struct"), "a struct task_struct *"},
  };
  for (const auto& [type, text] : cases)
    EXPECT_EQ(with_article(type), text);
}

} // namespace
} // namespace trc
