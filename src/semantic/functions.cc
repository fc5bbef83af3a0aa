// Functions (`fn`): their types, calls of them, and who calls whom.
#include "semantic/functions.h"

#include <algorithm>

#include "semantic/check.h"
#include "semantic/conversion.h"

namespace trc {

std::optional<typed::FunctionId> Checker::find_function(const std::string& name) const {
  const auto& functions = context_.declarations.functions;
  for (size_t i = 0; i < functions.size(); ++i)
    if (functions[i].source->name.name == name) return i;
  return {};
}

typed::ExpressionPtr Checker::function_call(const ast::Call& node, typed::FunctionId id, Span span) {
  const FunctionSignature& function = context_.declarations.functions[id];
  if (function_)
    context_.calls[function_ - context_.declarations.functions.data()].try_emplace(id, node.name_span);
  const size_t wanted = function.parameters.size(), given = node.arguments.size();
  if (wanted != given) {
    report(DiagnosticId::function_arguments, span, node.name,
           std::to_string(wanted) + (wanted == 1 ? " argument" : " arguments"), std::to_string(given));
    return unknown(span);
  }
  typed::Expressions arguments;
  for (size_t i = 0; i < given; ++i) {
    const std::string what = "$" + function.source->parameters[i].name.name;
    arguments.push_back(fit(value(*node.arguments[i]), function.parameters[i], what));
  }
  return typed::make_expression(span, function.result, typed::FunctionCall{id, std::move(arguments)});
}

void Checker::resolve(FunctionSignature& function) {
  const ast::Function& source = *function.source;
  auto check = [&](const ast::TypeName& name) {
    std::optional<Type> type = type_of(name);
    if (!type) return Type();
    // Without a size, as long as any string can be.
    if (type->is_string() && type->size == 0) type = string_type(context_.options.settings.max_strlen);
    if (type->is_none() || type->is_aggregation() || type->size == 0)
      report(DiagnosticId::bad_variable_type, name.span, spelling(*type));
    return *type;
  };
  for (const auto& parameter : source.parameters)
    function.parameters.push_back(check(*parameter.type));
  const bool is_void = source.result->base == "void" && source.result->suffixes.empty();
  if (!is_void) function.result = check(*source.result);
}

namespace {

/// Goes down from one function along the calls; a function that comes back is reported with the way to it.
class RecursionFinder {
public:
  RecursionFinder(const Declarations& declarations, const std::vector<FunctionCalls>& calls,
                  Diagnostics& diagnostics)
      : declarations_(declarations), calls_(calls), diagnostics_(diagnostics), done_(calls.size()) {}

  void visit(typed::FunctionId id) {
    if (done_[id]) return;
    way_.push_back(id);
    for (const auto& [callee, span] : calls_[id]) {
      auto back = std::find(way_.begin(), way_.end(), callee);
      if (back == way_.end()) {
        visit(callee);
        continue;
      }
      std::string chain;
      for (; back != way_.end(); ++back)
        chain += "`" + name(*back) + "` → ";
      diagnostics_.report(DiagnosticId::function_recursion, span, name(callee),
                          chain + "`" + name(callee) + "`");
    }
    way_.pop_back();
    done_[id] = true;
  }

private:
  const std::string& name(typed::FunctionId id) const {
    return declarations_.functions[id].source->name.name;
  }

  const Declarations& declarations_;
  const std::vector<FunctionCalls>& calls_;
  Diagnostics& diagnostics_;
  std::vector<bool> done_;
  std::vector<typed::FunctionId> way_;
};

} // namespace

void report_recursion(const Declarations& declarations, const std::vector<FunctionCalls>& calls,
                      Diagnostics& diagnostics) {
  RecursionFinder finder(declarations, calls, diagnostics);
  for (typed::FunctionId id = 0; id < calls.size(); ++id)
    finder.visit(id);
}

} // namespace trc
