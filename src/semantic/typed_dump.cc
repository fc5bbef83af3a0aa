// The typed program as text, for `-d typed` and golden tests: one node a line would be long, so expressions
// are written as `type(operator operands)`.
#include "base/overloaded.h"
#include "semantic/typed_program.h"

namespace trc::typed {
namespace {

std::string quoted(const std::string& bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text = "\"";
  for (unsigned char c : bytes) {
    if (c == '"' || c == '\\')
      text += std::string("\\") + static_cast<char>(c);
    else if (c >= ' ' && c < 0x7f)
      text += static_cast<char>(c);
    else
      text += std::string("\\x") + kHex[c >> 4] + kHex[c & 15];
  }
  return text + "\"";
}

std::string access_text(const probes::ContextAccess& access) {
  std::string text = "ctx+" + std::to_string(access.offset);
  if (access.through) text += "->+" + std::to_string(*access.through);
  static constexpr const char* kKinds[] = {"",       " inline",          " data_loc",
                                           " bytes", " data_loc buffer", " data_loc address"};
  text += ":" + std::to_string(access.size) + kKinds[static_cast<size_t>(access.kind)];
  return text + (access.is_relative ? " relative" : "") + (access.is_trusted ? " trusted" : "");
}

std::string bits_text(BitRange range) {
  if (range.bits == 0) return "";
  return " bits " + std::to_string(range.first) + ":" + std::to_string(range.bits);
}

std::string by_text(uint32_t by) { return by == 1 ? "" : " by " + std::to_string(by); }

class Dumper {
public:
  explicit Dumper(const Program& program) : program_(program) {}

  std::string run() {
    for (const Map& map : program_.maps) {
      out_ += "map " + map.name + (map.key.is_none() ? "" : "[" + spelling(map.key) + "]") + ": " +
              spelling(map.value);
      out_ += map.is_cleared ? " cleared\n" : "\n";
    }
    for (const Event& event : program_.events) {
      static constexpr const char* kKinds[] = {"printf", "print", "print_scalar", "time", "errorf", "warnf"};
      out_ += std::string("event ") + kKinds[static_cast<size_t>(event.kind)] + " " + quoted(event.format);
      for (const Type& field : event.fields)
        out_ += " " + spelling(field);
      out_ += "\n";
    }
    for (const Option& option : program_.options)
      line("option --" + option.name + ": " + spelling(option.type) + " = " +
           (option.type.is_string() ? quoted(option.text) : std::to_string(option.number)) + " " +
           quoted(option.description));
    for (const Function& function : program_.functions)
      dump(function);
    for (const Probe& probe : program_.probes)
      dump(probe);
    return std::move(out_);
  }

private:
  void line(const std::string& text) { out_ += std::string(2 * depth_, ' ') + text + "\n"; }

  void dump(const Probe& probe) {
    line("probe " + probe.text);
    ++depth_;
    for (const auto& instance : probe.instances) {
      std::string text = "at " + instance.name + " by " + instance.attach.provider;
      if (!instance.attach.target.empty()) text += " " + instance.attach.target;
      if (instance.selector)
        text += " where " + access_text(instance.selector->access) +
                " == " + std::to_string(instance.selector->value);
      line(text);
    }
    variables(probe.variables);
    block(probe.body);
    --depth_;
  }

  void dump(const Function& function) {
    line("fn " + function.name + " of " + std::to_string(function.parameters) +
         (function.result.is_none() ? "" : ": " + spelling(function.result)));
    ++depth_;
    variables(function.variables);
    block(function.body);
    --depth_;
  }

  void variables(const std::vector<Type>& types) {
    for (size_t i = 0; i < types.size(); ++i)
      line("variable " + std::to_string(i) + ": " + spelling(types[i]));
  }

  /// A block inside an expression stands on lines of its own below it.
  std::string braced(const Block& statements) const {
    Dumper dumper(program_);
    dumper.depth_ = depth_ + 2;
    dumper.block(statements);
    return "{\n" + dumper.out_ + std::string(2 * depth_ + 2, ' ') + "} ";
  }

  void block(const Block& block) {
    for (const Statement& s : block)
      statement(s);
  }

  void nested(const Block& inner) {
    ++depth_;
    block(inner);
    --depth_;
  }

  void statement(const Statement& s) {
    std::visit(
        overloaded{
            [&](const Evaluate& n) { line(text(*n.expression)); },
            [&](const AssignVariable& n) { line("$" + std::to_string(n.variable) + " = " + text(*n.value)); },
            [&](const AssignMap& n) { line(text(n.access) + " = " + text(*n.value)); },
            [&](const UpdateMap& n) {
              line(text(n.access) + " " + std::string(trc::spelling(n.op)) + "= " + text(*n.value));
            },
            [&](const If& n) {
              line("if " + text(*n.condition));
              nested(n.then);
              if (n.otherwise.empty()) return;
              line("else");
              nested(n.otherwise);
            },
            [&](const Nested& n) {
              line("block");
              nested(n.block);
            },
            [&](const While& n) {
              line("while " + text(*n.condition));
              nested(n.body);
            },
            [&](const Unroll& n) {
              line("unroll " + std::to_string(n.count));
              nested(n.body);
            },
            [&](const ForRange& n) {
              line("for $" + std::to_string(n.variable) + " from " + text(*n.from) + " to " + text(*n.to));
              nested(n.body);
            },
            [&](const ForMap& n) {
              line("for $" + std::to_string(n.variable) + " in " + program_.maps[n.map].name);
              nested(n.body);
            },
            [&](const Break&) { line("break"); },
            [&](const Continue&) { line("continue"); },
            [&](const Return& n) { line(n.value ? "return " + text(*n.value) : "return"); },
        },
        s.node);
  }

  std::string text(const MapAccess& access) const {
    const std::string& name = program_.maps[access.map].name;
    return access.key ? name + "[" + text(*access.key) + "]" : name;
  }

  std::string text(const Expression& e) const {
    std::string inner = std::visit(
        overloaded{
            [&](const Constant& n) {
              return e.type.is_signed ? std::to_string(static_cast<int64_t>(n.bits)) : std::to_string(n.bits);
            },
            [&](const Text& n) { return quoted(n.bytes); },
            [&](const VariableRead& n) { return "$" + std::to_string(n.variable); },
            [&](const MapRead& n) { return text(n.access); },
            [&](const AggregationRead& n) { return "total " + text(n.access); },
            [&](const ArgumentRead& n) { return access_text(n.access); },
            [&](const TupleOf& n) { return list(n.elements); },
            [&](const Part& n) {
              return text(*n.whole) + "+" + std::to_string(n.offset) + bits_text(n.bits);
            },
            [&](const Dereference& n) {
              return "*" + text(*n.pointer) + "+" + std::to_string(n.offset) + bits_text(n.bits) +
                     (n.is_trusted ? " trusted" : "");
            },
            [&](const ArrayElement& n) { return text(*n.array) + "[" + text(*n.index) + "]"; },
            [&](const AddressOf& n) { return "&$" + std::to_string(n.variable); },
            [&](const Unary& n) { return std::string(name(n.op)) + " " + text(*n.operand); },
            [&](const Binary& n) {
              return text(*n.left) + " " + std::string(trc::spelling(n.op)) + (n.mixed ? "(mixed) " : " ") +
                     text(*n.right);
            },
            [&](const Ternary& n) {
              return text(*n.condition) + (n.then ? " ? " + text(*n.then) + " : " : " ?: ") +
                     text(*n.otherwise);
            },
            [&](const VariableStep& n) {
              return std::string(name(n.op)) + by_text(n.by) + " $" + std::to_string(n.variable);
            },
            [&](const MapStep& n) { return std::string(name(n.op)) + by_text(n.by) + " " + text(n.access); },
            [&](const Convert& n) { return "from " + text(*n.operand); },
            [&](const Call& n) { return call(n); },
            [&](const BlockValue& n) { return braced(n.block) + text(*n.value); },
            [&](const FunctionCall& n) {
              return program_.functions[n.function].name + "(" + list(n.arguments) + ")";
            },
            [&](const OptionRead& n) { return "--" + program_.options[n.option].name; },
        },
        e.node);
    return e.type.is_none() ? inner : spelling(e.type) + "(" + inner + ")";
  }

  std::string call(const Call& n) const {
    const Builtin& row = builtin(n.id);
    std::string text(row.name);
    if (row.kind == BuiltinKind::aggregation || n.access.key) text = this->text(n.access) + " " + text;
    if (row.kind == BuiltinKind::action) text += " #" + std::to_string(n.index);
    for (const auto& argument : n.arguments)
      text += " " + this->text(*argument);
    return text;
  }

  std::string list(const Expressions& expressions) const {
    std::string joined;
    for (const auto& e : expressions)
      joined += (joined.empty() ? "" : ", ") + text(*e);
    return joined;
  }

  const Program& program_;
  std::string out_;
  size_t depth_ = 0;
};

} // namespace

std::string dump(const Program& program) { return Dumper(program).run(); }

} // namespace trc::typed
