// Prints the tree. Spans are left out: they would make every expectation change with every blank.
#include "parser/ast_dump.h"

#include <cstdio>

#include "base/overloaded.h"

namespace trc::ast {
namespace {

std::string quoted(const std::string& value) {
  std::string text = "\"";
  for (unsigned char c : value) {
    char escape[8];
    if (c == '"' || c == '\\')
      text += '\\', text += static_cast<char>(c);
    else if (c == '\n')
      text += "\\n";
    else if (c >= 0x20 && c < 0x7f)
      text += static_cast<char>(c);
    else
      std::snprintf(escape, sizeof escape, "\\x%02x", c), text += escape;
  }
  return text + "\"";
}

class Printer {
public:
  std::string text;

  void print(const Probe& probe) {
    line("probe");
    ++depth_;
    for (const AttachPoint& point : probe.attach_points)
      line("attach_point " + point.text);
    if (probe.predicate) line("predicate " + shown(probe.predicate));
    line("body");
    print(probe.body);
    --depth_;
  }

private:
  void line(const std::string& content) { text += std::string(depth_ * 2, ' ') + content + "\n"; }

  void print(const Block& block) {
    ++depth_;
    for (const StatementPtr& statement : block.statements)
      print(*statement);
    --depth_;
  }

  void print(const If& node) {
    line("if " + shown(node.condition));
    print(node.then);
    if (!node.otherwise) return;
    line("else");
    print(*node.otherwise);
  }

  void print(const Statement& statement) {
    std::visit(
        overloaded{
            [&](const Evaluate& node) {
              if (const auto* choice = std::get_if<If>(&node.expression->node)) return print(*choice);
              if (const auto* nested = std::get_if<BlockExpression>(&node.expression->node)) {
                line("block");
                return print(nested->block);
              }
              line("evaluate " + shown(node.expression));
            },
            [&](const Discard& node) { line("discard " + shown(node.expression)); },
            [&](const Assign& node) {
              line("assign" + (node.op ? "_" + std::string(name(*node.op)) : "") + " " + shown(node.target) +
                   " " + shown(node.value));
            },
            [&](const Let& node) { line("let $" + node.name + (node.value ? " " + shown(node.value) : "")); },
            [&](const Return&) { line("return"); },
            [&](const auto&) { line("not yet"); },
        },
        statement.node);
  }

  // Written into one buffer from outside to inside: joining strings would take quadratic time on a deep tree.
  static std::string shown(const ExpressionPtr& expression) {
    std::string out;
    put(out, *expression);
    return out;
  }

  template<class... Parts> static void list(std::string& out, std::string_view head, const Parts&... parts) {
    out += "(";
    out += head;
    ((out += " ", put(out, *parts)), ...);
    out += ")";
  }

  static void put(std::string& out, const std::vector<ExpressionPtr>& expressions) {
    for (const ExpressionPtr& expression : expressions)
      out += " ", put(out, *expression);
  }

  static void put(std::string& out, const Expression& expression) {
    std::visit(overloaded{
                   [&](const Integer& node) {
                     out += std::to_string(node.literal.value);
                     if (node.literal.unsigned_suffix) out += "u";
                     if (node.literal.is_duration) out += "ns";
                   },
                   [&](const String& node) { out += quoted(node.value); },
                   [&](const Boolean& node) { out += node.value ? "true" : "false"; },
                   [&](const Name& node) { out += node.name; },
                   [&](const Variable& node) { out += "$" + node.name; },
                   [&](const Map& node) {
                     out += node.keys.empty() ? node.name : "(map " + node.name;
                     put(out, node.keys);
                     if (!node.keys.empty()) out += ")";
                   },
                   [&](const Parameter& node) { out += "$" + std::to_string(node.index); },
                   [&](const ParameterCount&) { out += "$#"; },
                   [&](const Unary& node) { list(out, name(node.op), node.operand); },
                   [&](const Binary& node) { list(out, name(node.op), node.left, node.right); },
                   [&](const Ternary& node) {
                     if (node.then)
                       list(out, "ternary", node.condition, node.then, node.otherwise);
                     else
                       list(out, "ternary", node.condition, node.otherwise);
                   },
                   [&](const Call& node) {
                     out += "(call " + node.name;
                     put(out, node.arguments);
                     out += ")";
                   },
                   [&](const Tuple& node) {
                     out += "(tuple";
                     put(out, node.elements);
                     out += ")";
                   },
                   [&](const Member& node) {
                     list(out, node.arrow ? "arrow" : "member", node.base);
                     out.insert(out.size() - 1, " " + node.name);
                   },
                   [&](const auto&) { out += "not_yet"; },
               },
               expression.node);
  }

  size_t depth_ = 0;
};

} // namespace

std::string dump(const Program& program) {
  Printer printer;
  for (const Probe& probe : program.probes)
    printer.print(probe);
  return std::move(printer.text);
}

} // namespace trc::ast
