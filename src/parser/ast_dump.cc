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

/// Types and expressions, each on one line: written into one buffer from outside to inside, because joining
/// strings would take quadratic time on a deep tree. What holds statements (an `if` or block as a value) is
/// written in parentheses too.
class Line {
public:
  std::string out;

  void put(const Expression& expression) {
    std::visit([this](const auto& node) { show(node); }, expression.node);
  }

  void put(const TypeName& type) {
    if (type.of)
      out += "(typeof", put(*type.of), out += ")";
    else
      out += type.base;
    for (const auto& suffix : type.suffixes) {
      const auto* array = std::get_if<TypeName::Array>(&suffix);
      out += array == nullptr ? "*" : array->count ? "[" + std::to_string(*array->count) + "]" : "[]";
    }
  }

private:
  template<class... Parts> void list(std::string_view head, const Parts&... parts) {
    out += "(";
    out += head;
    (add(parts), ...);
    out += ")";
  }

  void add(const ExpressionPtr& expression) { out += " ", put(*expression); }
  void add(const TypeNamePtr& type) { out += " ", put(*type); }
  void add(const std::string& word) { out += " " + word; }
  void add(const Subject& subject) { put(subject); }
  void add(const std::vector<ExpressionPtr>& expressions) {
    for (const ExpressionPtr& expression : expressions)
      add(expression);
  }
  void add(const Block& block) {
    out += " {";
    for (const StatementPtr& statement : block.statements)
      out += " ", put(*statement), out += ";";
    if (block.value) add(block.value);
    out += " }";
  }

  void put(const Subject& subject) {
    out += subject.type ? " type " : " ";
    if (subject.type)
      put(*subject.type);
    else
      put(*subject.expression);
  }

  void put(const Statement& statement);

  void show(const Integer& node) {
    out += std::to_string(node.literal.value);
    if (node.literal.unsigned_suffix) out += "u";
    if (node.literal.is_duration) out += "ns";
  }
  void show(const String& node) { out += quoted(node.value); }
  void show(const Boolean& node) { out += node.value ? "true" : "false"; }
  void show(const Name& node) { out += node.name; }
  void show(const Variable& node) { out += "$" + node.name; }
  void show(const Map& node) {
    if (node.keys.empty())
      out += node.name;
    else
      list("map " + node.name, node.keys);
  }
  void show(const Parameter& node) { out += "$" + std::to_string(node.index); }
  void show(const ParameterCount&) { out += "$#"; }
  void show(const Unary& node) { list(name(node.op), node.operand); }
  void show(const Binary& node) { list(name(node.op), node.left, node.right); }
  void show(const Ternary& node) {
    if (node.then)
      list("ternary", node.condition, node.then, node.otherwise);
    else
      list("ternary", node.condition, node.otherwise);
  }
  void show(const Call& node) { list("call " + node.name, node.arguments); }
  void show(const Tuple& node) { list("tuple", node.elements); }
  void show(const Record& node) {
    out += "(record";
    for (size_t i = 0; i < node.values.size(); ++i)
      out += " " + node.names[i].name + " =", add(node.values[i]);
    out += ")";
  }
  void show(const Member& node) { list(node.arrow ? "arrow" : "member", node.base, node.name); }
  void show(const Index& node) { list("index", node.base, node.index); }
  void show(const Cast& node) { list("cast", node.type, node.operand); }
  void show(const AddressOf& node) { list("address_of", node.operand); }
  void show(const SizeOf& node) { list("sizeof", node.of); }
  void show(const OffsetOf& node) {
    std::string path;
    for (const Spelled& part : node.path)
      path += (path.empty() ? "" : ".") + part.name;
    list("offsetof", node.of, path);
  }
  void show(const TypeInfo& node) { list("typeinfo", node.of); }
  void show(const TypeOf& node) { list("typeof", node.of); }
  void show(const Comptime& node) { list("comptime", node.operand); }
  void show(const If& node) {
    if (node.otherwise)
      list("if", node.condition, node.then, *node.otherwise);
    else
      list("if", node.condition, node.then);
  }
  void show(const BlockExpression& node) { list("block", node.block); }
};

template<class Part> std::string shown(const Part& part) {
  Line line;
  line.put(*part);
  return std::move(line.out);
}

/// All of a statement that stands before its blocks.
std::string head(const Statement& statement) {
  return std::visit(
      overloaded{
          [](const Evaluate& node) { return "evaluate " + shown(node.expression); },
          [](const Discard& node) { return "discard " + shown(node.expression); },
          [](const Assign& node) {
            return "assign" + (node.op ? "_" + std::string(name(*node.op)) : "") + " " + shown(node.target) +
                   " " + shown(node.value);
          },
          [](const Let& node) {
            return "let $" + node.name + (node.type ? " : " + shown(node.type) : "") +
                   (node.value ? " " + shown(node.value) : "");
          },
          [](const While& node) { return "while " + shown(node.condition); },
          [](const Unroll& node) { return "unroll " + shown(node.count); },
          [](const For& node) {
            return "for $" + node.variable.name + " " +
                   (node.from ? shown(node.from) + " " + shown(node.to) : node.map.name);
          },
          [](const Break&) { return std::string("break"); },
          [](const Continue&) { return std::string("continue"); },
          [](const Return& node) { return node.value ? "return " + shown(node.value) : "return"; },
      },
      statement.node);
}

/// The block of a loop, or null.
const Block* body_of(const Statement& statement) {
  if (const auto* loop = std::get_if<While>(&statement.node)) return &loop->body;
  if (const auto* loop = std::get_if<Unroll>(&statement.node)) return &loop->body;
  if (const auto* loop = std::get_if<For>(&statement.node)) return &loop->body;
  return nullptr;
}

void Line::put(const Statement& statement) {
  out += head(statement);
  if (const Block* body = body_of(statement)) add(*body);
}

class Printer {
public:
  std::string text;

  explicit Printer(const Sources& sources) : sources_(sources) {}

  void print(const Program& program) {
    for (const CText& c : program.c_texts)
      line("c_text " + quoted(std::string(sources_.slice(c.span))));
    if (program.config_span) line("config");
    for (const ConfigEntry& entry : program.config)
      line("  " + entry.key.name + " " + shown(entry.value));
    for (const Import& import : program.imports)
      line("import " + quoted(import.path.name));
    for (const MapDeclaration& map : program.map_declarations)
      line("map " + map.map.name + " " + map.kind.name + " " + shown(map.entries));
    for (const Macro& macro : program.macros)
      print(macro);
    for (const Function& function : program.functions)
      print(function);
    for (const Probe& probe : program.probes)
      print(probe);
  }

private:
  void print(const Macro& macro) {
    std::string content = "macro " + macro.name.name;
    for (const MacroParameter& parameter : macro.parameters)
      content += (parameter.kind == MacroParameterKind::variable ? " $" : " ") + parameter.name.name;
    line(content);
    print(macro.body);
  }

  void print(const Function& function) {
    std::string content = "fn " + function.name.name;
    for (const Function::Parameter& parameter : function.parameters)
      content += " $" + parameter.name.name + " : " + shown(parameter.type);
    line(content + " -> " + shown(function.result));
    print(function.body);
  }

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

  void line(const std::string& content) { text += std::string(depth_ * 2, ' ') + content + "\n"; }

  void print(const Block& block) {
    ++depth_;
    for (const StatementPtr& statement : block.statements)
      print(*statement);
    if (block.value) print_value("value", *block.value);
    --depth_;
  }

  /// `word` says how it stands: as a statement or as the value of its block.
  void print_value(const std::string& word, const Expression& expression) {
    if (const auto* choice = std::get_if<If>(&expression.node)) {
      line((word == "value" ? "value if " : "if ") + shown(choice->condition));
      print(choice->then);
      if (!choice->otherwise) return;
      line("else");
      print(*choice->otherwise);
    } else if (const auto* nested = std::get_if<BlockExpression>(&expression.node)) {
      line(word == "value" ? "value block" : "block");
      print(nested->block);
    } else {
      Line content;
      content.put(expression);
      line(word + " " + content.out);
    }
  }

  void print(const Statement& statement) {
    if (const auto* node = std::get_if<Evaluate>(&statement.node))
      return print_value("evaluate", *node->expression);
    line(head(statement));
    if (const Block* body = body_of(statement)) print(*body);
  }

  const Sources& sources_;
  size_t depth_ = 0;
};

} // namespace

std::string dump(const Program& program, const Sources& sources) {
  Printer printer(sources);
  printer.print(program);
  return std::move(printer.text);
}

} // namespace trc::ast
