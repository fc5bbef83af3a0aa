#include "expression.h"

namespace differential {
namespace {

constexpr std::string_view kArithmetic[] = {"+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"};
constexpr std::string_view kComparisons[] = {"==", "!=", "<", ">", "<=", ">="};
constexpr std::string_view kLogical[] = {"&&", "||"};
constexpr int kDeepest = 4;

template<class List> std::string_view pick(Random& random, const List& list) {
  return list[random() % std::size(list)];
}

class Maker {
public:
  Maker(Random& random, size_t leaves) : random_(random), leaves_(leaves) {}

  NodePtr number(int depth) {
    if (depth == 0) return terminal();
    switch (random_() % 16) {
    case 0:
    case 1: return cast(pick_type(), either(depth - 1));
    case 2: return unary(random_() % 2 == 0 ? "-" : "~", either(depth - 1), false);
    case 3: return ternary(depth, false);
    case 4: return elvis(number(depth - 1), number(depth - 1), false);
    case 5: return terminal();
    default: return arithmetic(depth);
    }
  }

  NodePtr boolean(int depth) {
    if (depth == 0) return cast("bool", terminal());
    switch (random_() % 8) {
    case 0: return unary("!", either(depth - 1), true);
    case 1: return cast("bool", number(depth - 1));
    case 2: return ternary(depth, true);
    case 3:
    case 4: return binary(pick(random_, kLogical), either(depth - 1), either(depth - 1), true);
    default: return binary(pick(random_, kComparisons), number(depth - 1), number(depth - 1), true);
    }
  }

private:
  std::string_view pick_type() { return kTypes[random_() % kTypes.size()].name; }
  NodePtr either(int depth) { return random_() % 5 == 0 ? boolean(depth) : number(depth); }

  NodePtr literal(uint64_t value) {
    auto node = std::make_unique<Node>();
    node->number = value;
    return node;
  }

  NodePtr terminal() {
    if (random_() % 4 == 0) return literal(random_bits(random_));
    auto node = std::make_unique<Node>();
    node->kind = Kind::leaf;
    node->leaf = random_() % leaves_;
    return node;
  }

  NodePtr make(Kind kind, std::string_view op, bool is_boolean) {
    auto node = std::make_unique<Node>();
    node->kind = kind;
    node->op = op;
    node->is_boolean = is_boolean;
    return node;
  }

  NodePtr cast(std::string_view to, NodePtr operand) {
    NodePtr node = make(Kind::cast, "", to == "bool");
    node->to = to;
    node->parts.push_back(std::move(operand));
    return node;
  }

  NodePtr unary(std::string_view op, NodePtr operand, bool is_boolean) {
    NodePtr node = make(Kind::unary, op, is_boolean);
    node->parts.push_back(std::move(operand));
    return node;
  }

  NodePtr binary(std::string_view op, NodePtr left, NodePtr right, bool is_boolean) {
    NodePtr node = make(Kind::binary, op, is_boolean);
    node->parts.push_back(std::move(left));
    node->parts.push_back(std::move(right));
    return node;
  }

  NodePtr arithmetic(int depth) {
    std::string_view op = pick(random_, kArithmetic);
    NodePtr left = either(depth - 1);
    // Any number may be the count of a shift, but most would only be more than 63.
    const bool is_shift = op == "<<" || op == ">>";
    NodePtr right = is_shift && random_() % 4 != 0 ? literal(random_() % 64) : either(depth - 1);
    return binary(op, std::move(left), std::move(right), false);
  }

  NodePtr elvis(NodePtr test, NodePtr otherwise, bool is_boolean) {
    NodePtr node = make(Kind::elvis, "", is_boolean);
    node->parts.push_back(std::move(test));
    node->parts.push_back(std::move(otherwise));
    return node;
  }

  NodePtr ternary(int depth, bool is_boolean) {
    NodePtr node = make(Kind::ternary, "", is_boolean);
    node->parts.push_back(either(depth - 1));
    for (int i = 0; i < 2; ++i)
      node->parts.push_back(is_boolean ? boolean(depth - 1) : number(depth - 1));
    return node;
  }

  Random& random_;
  size_t leaves_;
};

} // namespace

uint64_t random_bits(Random& random) {
  constexpr uint64_t kEdges[] = {0,   1,   2,   7,   8,     31,    32,    63,   64,
                                 127, 128, 255, 256, 32767, 32768, 65535, 65536};
  switch (random() % 8) {
  case 0: return kEdges[random() % std::size(kEdges)];
  case 1: return (uint64_t{1} << (random() % 64)) - random() % 2;
  default: return random() >> (random() % 64);
  }
}

uint64_t cut(uint64_t bits, unsigned bytes, bool is_signed) {
  if (bytes == 8) return bits;
  const unsigned spare = 64 - 8 * bytes;
  bits <<= spare;
  return is_signed ? static_cast<uint64_t>(static_cast<int64_t>(bits) >> spare) : bits >> spare;
}

const IntegerType* find_type(std::string_view name) {
  for (const IntegerType& type : kTypes)
    if (type.name == name) return &type;
  return nullptr;
}

NodePtr random_expression(Random& random, size_t leaves) {
  Maker maker(random, leaves);
  const int depth = 1 + static_cast<int>(random() % kDeepest);
  return random() % 4 == 0 ? maker.boolean(depth) : maker.number(depth);
}

std::string constant_text(const Leaf& leaf) {
  const IntegerType& type = kTypes[leaf.type];
  const std::string number =
      type.is_signed ? std::to_string(static_cast<int64_t>(leaf.bits)) : std::to_string(leaf.bits);
  return "(" + std::string(type.name) + ")" + number;
}

std::string text(const Node& node, const std::vector<Leaf>& leaves, Form form) {
  auto part = [&](size_t index) { return text(*node.parts[index], leaves, form); };
  switch (node.kind) {
  case Kind::literal: return std::to_string(node.number);
  case Kind::leaf:
    return form == Form::names ? leaves[node.leaf].name : "(" + constant_text(leaves[node.leaf]) + ")";
  case Kind::cast: return "((" + std::string(node.to) + ")" + part(0) + ")";
  case Kind::unary: return "(" + std::string(node.op) + part(0) + ")";
  case Kind::binary: return "(" + part(0) + " " + std::string(node.op) + " " + part(1) + ")";
  case Kind::ternary: return "(" + part(0) + " ? " + part(1) + " : " + part(2) + ")";
  case Kind::elvis: return "(" + part(0) + " ?: " + part(1) + ")";
  }
  return "";
}

} // namespace differential
