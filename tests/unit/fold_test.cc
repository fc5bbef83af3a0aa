// Constants: what fold() makes of two, against C++'s own arithmetic, and conversions between types.
#include <limits>
#include <random>
#include <utility>

#include <gtest/gtest.h>

#include "semantic/conversion.h"

namespace trc {
namespace {

using Op = BinaryOperator;
__extension__ using Wide = __int128;

constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();

typed::ExpressionPtr number(int64_t value) { return signed_constant({}, value); }
typed::ExpressionPtr unsigned_number(uint64_t value) { return constant({}, integer_type(8, false), value); }

Folded folded(Op op, const typed::ExpressionPtr& a, const typed::ExpressionPtr& b, const Type& result) {
  return fold(op, {}, *a, *b, result);
}

uint64_t bits(const Folded& folded) { return as_constant(*folded.value)->bits; }

/// Values of all sizes: evenly spread ones would hardly ever be small.
class Random {
public:
  uint64_t bits() { return engine_() >> (engine_() % 64); }
  int64_t signed_value() { return static_cast<int64_t>(engine_() % 2 ? bits() : ~bits()); }

private:
  std::mt19937_64 engine_{20260101};
};

constexpr int kRounds = 20'000;

TEST(Fold, SignedArithmeticIsThatOfCxx) {
  Random random;
  const Type type = integer_type(8, true);
  for (int i = 0; i < kRounds; ++i) {
    const int64_t a = random.signed_value(), b = random.signed_value();
    const auto left = number(a), right = number(b);
    auto expect = [&](Op op, Wide exact) {
      Folded result = folded(op, left, right, type);
      if (exact < kMin || exact > Wide{kMost}) {
        EXPECT_EQ(result.outcome, Fold::overflow) << a << spelling(op) << b;
        return;
      }
      ASSERT_EQ(result.outcome, Fold::done) << a << spelling(op) << b;
      EXPECT_EQ(bits(result), static_cast<uint64_t>(exact)) << a << spelling(op) << b;
      // Above what is signed there is only one way to say it.
      EXPECT_EQ(result.value->type.is_signed, exact <= kMax) << a << spelling(op) << b;
    };
    expect(Op::add, Wide{a} + b);
    expect(Op::subtract, Wide{a} - b);
    expect(Op::multiply, Wide{a} * b);
    expect(Op::bit_and, a & b);
    expect(Op::bit_or, a | b);
    expect(Op::bit_xor, a ^ b);
    if (b == 0 || (a == kMin && b == -1)) continue;
    expect(Op::divide, a / b);
    expect(Op::modulo, a % b);
  }
}

TEST(Fold, UnsignedArithmeticIsThatOfCxx) {
  Random random;
  const Type type = integer_type(8, false);
  for (int i = 0; i < kRounds; ++i) {
    const uint64_t a = random.bits(), b = random.bits();
    const auto left = unsigned_number(a), right = unsigned_number(b);
    auto expect = [&](Op op, uint64_t value) {
      Folded result = folded(op, left, right, type);
      ASSERT_EQ(result.outcome, Fold::done) << a << spelling(op) << b;
      EXPECT_EQ(bits(result), value) << a << spelling(op) << b;
      EXPECT_FALSE(result.value->type.is_signed);
    };
    if (uint64_t sum; !__builtin_add_overflow(a, b, &sum)) expect(Op::add, sum);
    if (uint64_t product; !__builtin_mul_overflow(a, b, &product)) expect(Op::multiply, product);
    expect(Op::bit_and, a & b);
    expect(Op::bit_xor, a ^ b);
    EXPECT_EQ(bits(folded(Op::shift_right, left, number(b % 64), type)), a >> (b % 64));
    if (b == 0) continue;
    expect(Op::divide, a / b);
    expect(Op::modulo, a % b);
  }
}

TEST(Fold, ShiftsKeepTheSign) {
  Random random;
  const Type type = integer_type(8, true);
  for (int i = 0; i < kRounds; ++i) {
    const int64_t a = random.signed_value();
    const int count = static_cast<int>(random.bits() % 64);
    EXPECT_EQ(bits(folded(Op::shift_right, number(a), number(count), type)),
              static_cast<uint64_t>(a >> count));
    const Wide exact = Wide{a} * (Wide{1} << count);
    Folded left = folded(Op::shift_left, number(a), number(count), type);
    if (exact < kMin || exact > Wide{kMost})
      EXPECT_EQ(left.outcome, Fold::overflow) << a << "<<" << count;
    else
      EXPECT_EQ(bits(left), static_cast<uint64_t>(exact)) << a << "<<" << count;
  }
}

TEST(Fold, ComparesByValueWhateverTheSigns) {
  Random random;
  for (int i = 0; i < kRounds; ++i) {
    const int64_t a = random.signed_value();
    const uint64_t b = random.bits();
    const auto left = number(a), right = unsigned_number(b);
    EXPECT_EQ(bits(folded(Op::less, left, right, bool_type())), std::cmp_less(a, b));
    EXPECT_EQ(bits(folded(Op::greater_equal, left, right, bool_type())), std::cmp_greater_equal(a, b));
    EXPECT_EQ(bits(folded(Op::equal, left, right, bool_type())), std::cmp_equal(a, b));
    EXPECT_EQ(bits(folded(Op::greater, right, left, bool_type())), std::cmp_greater(b, a));
  }
}

TEST(Fold, EdgesOfTheRange) {
  const Type type = integer_type(8, true);
  EXPECT_EQ(folded(Op::subtract, number(kMin), number(1), type).outcome, Fold::overflow);
  EXPECT_EQ(folded(Op::divide, number(kMin), number(-1), type).value->type, integer_type(8, false));
  EXPECT_EQ(bits(folded(Op::modulo, number(kMin), number(-1), type)), 0U);
  EXPECT_EQ(folded(Op::add, unsigned_number(kMost), number(1), type).outcome, Fold::overflow);
  EXPECT_EQ(bits(folded(Op::subtract, unsigned_number(kMost), unsigned_number(kMost - 1), type)), 1U);
  EXPECT_EQ(static_cast<int64_t>(bits(folded(Op::subtract, unsigned_number(1), unsigned_number(3), type))),
            -2);
}

TEST(Fold, OnlyConstants) {
  auto read = typed::make_expression({}, integer_type(8, true), typed::VariableRead{0});
  EXPECT_EQ(fold(Op::add, {}, *read, *number(1), integer_type(8, true)).outcome, Fold::not_constant);
  EXPECT_EQ(fold(Op::add, {}, *number(1), *read, integer_type(8, true)).outcome, Fold::not_constant);
}

TEST(Literal, TypeIsTheSmallestSignedOne) {
  struct Case {
    int64_t value;
    uint32_t bytes;
  };
  for (Case c : {Case{0, 1},
                 {127, 1},
                 {128, 2},
                 {-128, 1},
                 {-129, 2},
                 {32767, 2},
                 {32768, 4},
                 {-32769, 4},
                 {2147483647, 4},
                 {2147483648, 8},
                 {-2147483649, 8},
                 {kMax, 8},
                 {kMin, 8}}) {
    const auto e = number(c.value);
    EXPECT_EQ(e->type.size, c.bytes) << c.value;
    EXPECT_TRUE(e->type.is_signed) << c.value;
    EXPECT_EQ(e->type.is_flexible, c.value >= 0) << c.value;
  }
  EXPECT_EQ(literal({}, uint64_t{1} << 63)->type, integer_type(8, false));
}

TEST(Convert, WhatReadsMemoryKeepsItsOwnType) {
  auto read = typed::make_expression({}, integer_type(4, true), typed::ArgumentRead{});
  auto wide = convert(std::move(read), integer_type(8, true));
  EXPECT_EQ(wide->type, integer_type(8, true));
  const auto* conversion = std::get_if<typed::Convert>(&wide->node);
  ASSERT_NE(conversion, nullptr);
  EXPECT_EQ(conversion->operand->type, integer_type(4, true));
}

TEST(Convert, Constants) {
  EXPECT_EQ(as_constant(*convert(number(-5), integer_type(8, true)))->bits, static_cast<uint64_t>(-5));
  EXPECT_EQ(as_constant(*convert(number(-5), bool_type()))->bits, 1U);
  EXPECT_EQ(as_constant(*convert(number(0), bool_type()))->bits, 0U);
  auto text = convert(text_constant({}, "ab"), string_type(8));
  EXPECT_EQ(text->type, string_type(8));
  EXPECT_EQ(as_text(*text)->bytes, "ab");
}

} // namespace
} // namespace trc
