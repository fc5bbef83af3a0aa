// Scalar expressions: 64-bit values, extended by the sign of their type.
#include "base/check.h"
#include "base/overloaded.h"
#include "codegen/program_builder.h"
#include "semantic/typed_walk.h"

namespace trc::codegen {

llvm::Value* ProgramBuilder::scalar(const typed::Expression& e) {
  const ModuleBuilder::Focus focus(m_, e.span);
  const Mark before = mark();
  Value* value = scalar_value(e);
  release(before); // what it was made from in memory is done with
  return value;
}

llvm::Value* ProgramBuilder::scalar_value(const typed::Expression& e) {
  return std::visit(
      overloaded{
          [&](const typed::Constant& n) -> Value* { return word(n.bits); },
          [&](const typed::VariableRead& n) { return load_word(variable(n.variable)); },
          [&](const typed::MapRead& n) { return read_scalar(n.access, e.type); },
          [&](const typed::AggregationRead& n) {
            return read_aggregation(n.access, typed_map(n.access).value);
          },
          [&](const typed::ArgumentRead& n) { return scalar_argument(n.access, e.type); },
          [&](const typed::Part&) { return load_from(place(e), e.type); },
          [&](const typed::Dereference&) { return load_from(place(e), e.type); },
          [&](const typed::ArrayElement&) { return load_from(place(e), e.type); },
          [&](const typed::AddressOf& n) -> Value* {
            return as_number(m_.ir.CreatePtrToInt(variable(n.variable), m_.ir.getInt64Ty()));
          },
          [&](const typed::BlockValue& n) {
            block(n.block);
            reach();
            return scalar(*n.value);
          },
          [&](const typed::Unary& n) { return unary(n); },
          [&](const typed::Binary& n) { return binary(n); },
          [&](const typed::Ternary& n) {
            if (!n.then) {
              Value* value = scalar(*n.condition);
              return choose(
                  m_.ir.CreateICmpNE(value, word(0)), [&] { return value; },
                  [&] { return scalar(*n.otherwise); });
            }
            return choose(
                truth(*n.condition), [&] { return scalar(*n.then); }, [&] { return scalar(*n.otherwise); });
          },
          [&](const typed::VariableStep& n) { return step(n); },
          [&](const typed::MapStep& n) { return map_step(n, e.type); },
          [&](const typed::Convert& n) { return converted(*n.operand, e.type); },
          [&](const typed::Call& n) { return lower(n, e.type); },
          [&](const typed::FunctionCall& n) { return call_function(n); },
          [&](const typed::OptionRead& n) { return load_word(option(n)); },
          [](const auto&) -> Value* { TRC_CHECK(false, "a string or tuple where a number should be"); },
      },
      e.node);
}

llvm::Value* ProgramBuilder::converted(const typed::Expression& operand, const Type& type) {
  if (!operand.type.is_scalar()) {
    // An array as an integer of its size, which is no power of two perhaps.
    Value* bytes = allocate(8);
    store_word(word(0), bytes);
    store(operand, bytes);
    return cut(load_word(bytes), type);
  }
  if (type.kind == TypeKind::boolean) return m_.ir.CreateZExt(truth(operand), m_.ir.getInt64Ty());
  return cut(type.is_pointer() ? scalar(operand) : number(operand), type);
}

/// Whether the verifier may know the value as a pointer. It forgets that in maps.
static bool may_be_trusted(const typed::Expression& e) {
  if (!e.type.is_pointer()) return false;
  return std::visit(
      overloaded{[](const typed::VariableRead&) { return true; }, [](const typed::Call&) { return true; },
                 [](const typed::Ternary&) { return true; }, [](const typed::BlockValue&) { return true; },
                 [](const typed::FunctionCall&) { return true; },
                 [](const typed::ArgumentRead& n) {
                   return n.access.is_trusted || n.access.kind == probes::AccessKind::data_loc_address;
                 },
                 [](const typed::Dereference& n) { return n.is_trusted; },
                 [](const typed::Convert& n) { return may_be_trusted(*n.operand); },
                 [](const auto&) { return false; }},
      e.node);
}

/// For arithmetic.
llvm::Value* ProgramBuilder::number(const typed::Expression& e) {
  return may_be_trusted(e) ? as_number(scalar(e)) : scalar(e);
}

/// The expression as a condition: an i1.
llvm::Value* ProgramBuilder::truth(const typed::Expression& e) {
  if (auto* convert = std::get_if<typed::Convert>(&e.node); convert && e.type.kind == TypeKind::boolean)
    if (convert->operand->type.is_scalar()) return truth(*convert->operand);
  return m_.ir.CreateICmpNE(scalar(e), word(0));
}

llvm::Value* ProgramBuilder::unary(const typed::Unary& node) {
  switch (node.op) {
  case UnaryOperator::negate: return m_.ir.CreateNeg(scalar(*node.operand));
  case UnaryOperator::bit_not: return m_.ir.CreateNot(scalar(*node.operand));
  case UnaryOperator::logical_not:
    return m_.ir.CreateZExt(m_.ir.CreateNot(truth(*node.operand)), m_.ir.getInt64Ty());
  default: TRC_CHECK(false, "a step among the unary operators");
  }
}

llvm::Value* ProgramBuilder::binary(const typed::Binary& node) {
  if (is_logical(node.op)) {
    const bool is_and = node.op == BinaryOperator::logical_and;
    auto right = [&] { return m_.ir.CreateZExt(truth(*node.right), m_.ir.getInt64Ty()); };
    auto known = [&]() -> Value* { return word(!is_and); };
    Value* left = truth(*node.left);
    return is_and ? choose(left, right, known) : choose(left, known, right);
  }
  if (is_comparison(node.op)) return comparison(node);
  Value* left = number(*node.left);
  return arithmetic(node, left, number(*node.right));
}

llvm::Value* ProgramBuilder::arithmetic(const typed::Binary& node, Value* left, Value* right) {
  auto& ir = m_.ir;
  switch (node.op) {
  case BinaryOperator::add: return ir.CreateAdd(left, right);
  case BinaryOperator::subtract: return ir.CreateSub(left, right);
  case BinaryOperator::multiply: return ir.CreateMul(left, right);
  case BinaryOperator::divide:
  case BinaryOperator::modulo: return divide(node.op, node.is_signed, left, right, m_.place());
  case BinaryOperator::bit_and: return ir.CreateAnd(left, right);
  case BinaryOperator::bit_or: return ir.CreateOr(left, right);
  case BinaryOperator::bit_xor: return ir.CreateXor(left, right);
  // A shift by more than 63 bits is undefined for LLVM and masked by the machine: say so.
  case BinaryOperator::shift_left: return ir.CreateShl(left, ir.CreateAnd(right, 63));
  case BinaryOperator::shift_right: {
    Value* count = ir.CreateAnd(right, 63);
    return node.is_signed ? ir.CreateAShr(left, count) : ir.CreateLShr(left, count);
  }
  default: TRC_CHECK(false, "not an arithmetic operator");
  }
}

/// Division and remainder by C's rules; by zero both give 0. BPF divides unsigned numbers only (signed
/// division came with version 4 of its instruction set, Linux 6.6), so signed ones go by their absolute
/// values.
llvm::Value* ProgramBuilder::divide(BinaryOperator op, bool is_signed, Value* left, Value* right,
                                    const std::string& place) {
  auto& ir = m_.ir;
  auto unsigned_result = [&](Value* a, Value* b) -> Value* {
    return op == BinaryOperator::divide ? ir.CreateUDiv(a, b) : ir.CreateURem(a, b);
  };
  auto result = [&]() -> Value* {
    if (!is_signed) return unsigned_result(left, right);
    auto negative = [&](Value* v) { return ir.CreateICmpSLT(v, word(0)); };
    auto absolute = [&](Value* v) { return ir.CreateSelect(negative(v), ir.CreateNeg(v), v); };
    Value* magnitude = unsigned_result(absolute(left), absolute(right));
    // A quotient is negative when the signs differ; a remainder has the sign of the dividend.
    Value* flip = negative(op == BinaryOperator::divide ? ir.CreateXor(left, right) : left);
    return ir.CreateSelect(flip, ir.CreateNeg(magnitude), magnitude);
  };
  if (auto* known = llvm::dyn_cast<llvm::ConstantInt>(right); known && !known->isZero()) return result();
  auto by_zero = [&]() -> Value* {
    if (!place.empty()) m_.count_loss(LossCause::division_by_zero, place);
    return word(0);
  };
  return choose(ir.CreateICmpEQ(right, word(0)), by_zero, result);
}

static llvm::CmpInst::Predicate predicate(BinaryOperator op, bool is_signed) {
  using P = llvm::CmpInst;
  switch (op) {
  case BinaryOperator::equal: return P::ICMP_EQ;
  case BinaryOperator::not_equal: return P::ICMP_NE;
  case BinaryOperator::less: return is_signed ? P::ICMP_SLT : P::ICMP_ULT;
  case BinaryOperator::greater: return is_signed ? P::ICMP_SGT : P::ICMP_UGT;
  case BinaryOperator::less_equal: return is_signed ? P::ICMP_SLE : P::ICMP_ULE;
  case BinaryOperator::greater_equal: return is_signed ? P::ICMP_SGE : P::ICMP_UGE;
  default: TRC_CHECK(false, "not a comparison");
  }
}

llvm::Value* ProgramBuilder::comparison(const typed::Binary& node) {
  auto& ir = m_.ir;
  if (!node.left->type.is_scalar()) {
    const uint32_t size = std::min(node.left->type.size, node.right->type.size);
    // What working out the right side does must not reach the left.
    Value* a = typed::has_effect(*node.right) ? made(*node.left) : address(*node.left);
    Value* same = equal_bytes(a, address(*node.right), size);
    return node.op == BinaryOperator::equal ? same : ir.CreateXor(same, word(1));
  }
  Value *left = scalar(*node.left), *right = scalar(*node.right);
  Value* result = ir.CreateICmp(predicate(node.op, node.is_signed && !node.mixed), left, right);
  if (node.mixed) {
    // A negative left side is below every unsigned number; otherwise both compare as unsigned.
    const bool when_below = node.op == BinaryOperator::less || node.op == BinaryOperator::less_equal ||
                            node.op == BinaryOperator::not_equal;
    result = ir.CreateSelect(ir.CreateICmpSLT(left, word(0)), ir.getInt1(when_below), result);
  }
  return ir.CreateZExt(result, ir.getInt64Ty());
}

llvm::Value* ProgramBuilder::step(const typed::VariableStep& node) {
  const bool up = node.op == UnaryOperator::pre_increment || node.op == UnaryOperator::post_increment;
  const bool before = node.op == UnaryOperator::post_increment || node.op == UnaryOperator::post_decrement;
  Value* old = load_word(variable(node.variable));
  Value* changed = m_.ir.CreateAdd(old, word(up ? node.by : -uint64_t{node.by}));
  store_word(changed, variable(node.variable));
  return before ? old : changed;
}

} // namespace trc::codegen
