// Calls with a printf format: whether it can be read, and whether its values fit its conversions. What is
// wrong within a format is shown there.
#include "parser/literal_place.h"
#include "program/format_spec.h"
#include "semantic/check.h"
#include "semantic/conversion.h"
#include "semantic/limits.h"

namespace trc {

/// The place of a stretch of a literal's value; the whole expression, if it does not stand there as it is.
Span Checker::span_within(const ast::Expression& source, FormatRange range) const {
  const ast::Expression& meant = behind(source);
  const Sources* sources = context_.options.sources;
  if (!sources || !std::holds_alternative<ast::String>(meant.node)) return source.span;
  return place_in_literal(*sources, meant.span, range.begin, range.end);
}

/// The format that a call's first argument is; nothing, and a diagnostic, if it is none.
std::optional<std::vector<FormatPiece>> Checker::read_format(const ast::Expression& source,
                                                             const std::string& format) {
  auto pieces = parse_format(format);
  if (!pieces) {
    const FormatError& error = pieces.error();
    report(DiagnosticId::format_unknown, span_within(source, error.range), error.specifier, error.cause);
    return {};
  }
  for (FormatRange lone : lone_percents(format))
    report(DiagnosticId::lone_percent, span_within(source, lone));
  return std::move(*pieces);
}

/// Whether there are as many values as the format takes; if not, the first one that is missing or too many is
/// shown.
bool Checker::has_values_for(const std::vector<FormatPiece>& pieces, const ast::Call& node) {
  const size_t wanted = argument_count(pieces), given = node.arguments.size() - 1;
  if (wanted == given) return true;
  Span span = given > wanted ? node.arguments[wanted + 1]->span : node.arguments[0]->span;
  size_t taken = 0;
  for (const FormatPiece& piece : pieces) {
    taken += argument_count({piece});
    if (taken <= given) continue;
    span = span_within(*node.arguments[0], piece.range);
    break;
  }
  report(DiagnosticId::format_arguments, span, std::to_string(wanted) + (wanted == 1 ? " value" : " values"),
         std::to_string(given) + (given == 1 ? " is" : " are"));
  return false;
}

/// Which types a conversion takes.
void Checker::check_conversions(const std::vector<FormatPiece>& pieces, const typed::Expressions& values) {
  size_t next = 0;
  auto number = [&](const std::string& specifier) {
    const typed::Expression& e = *values[next++];
    if (!e.type.is_none() && !e.type.is_scalar())
      report(DiagnosticId::format_type, e.span, specifier, with_article(e.type),
             specifier == "*" ? "it is a width or precision" : "print it with `%s`");
  };
  auto buffer = [&] {
    const typed::Expression& e = *values[next++];
    if (!e.type.is_none() && e.type.kind != TypeKind::buffer)
      report(DiagnosticId::format_buffer, e.span, with_article(e.type));
  };
  for (const FormatPiece& piece : pieces) {
    if (piece.width_from_argument) number("*");
    if (piece.precision_from_argument) number("*");
    if (piece.conversion == 's')
      ++next;
    else if (piece.conversion == 'r')
      buffer();
    else if (piece.conversion)
      number(piece.conversion == 'g' ? "%gr" : std::string("%") + piece.conversion);
  }
}

typed::ExpressionPtr Checker::formatted(EventKind kind, const ast::Call& node, const Builtin& row,
                                        Span span) {
  const std::string format = *text(*node.arguments[0]);
  auto pieces = read_format(*node.arguments[0], format);
  if (!pieces || !has_values_for(*pieces, node)) return unknown(span);
  typed::Expressions values;
  std::vector<Type> types;
  for (size_t i = 1; i < node.arguments.size(); ++i) {
    values.push_back(value(*node.arguments[i]));
    types.push_back(values.back()->type);
  }
  check_conversions(*pieces, values);
  // Besides its bytes each value has its place, padding and a NUL, and the record has its header.
  constexpr uint32_t kOverhead = 16;
  uint32_t size = kOverhead;
  for (const Type& type : types)
    size += type.size + kOverhead;
  if (size > kMostScratch)
    report(DiagnosticId::scratch_too_large, span, "the values of this `" + std::string(row.name) + "` take",
           std::to_string(size), std::to_string(kMostScratch));
  const uint32_t event = add_event(kind, format, std::move(types), script_place(span));
  typed::Call call = {.id = row.id, .arguments = std::move(values), .index = event, .access = {}};
  return typed::make_expression(span, {}, std::move(call));
}

typed::ExpressionPtr Checker::check_printf(const ast::Call& node, const Builtin& row, Span span) {
  if (probe_ && probe_->matches.front().is_pinned) return pinned_printf(node, row, span);
  return formatted(EventKind::printf, node, row, span);
}

typed::ExpressionPtr Checker::check_errorf(const ast::Call& node, const Builtin& row, Span span) {
  return formatted(EventKind::errorf, node, row, span);
}

typed::ExpressionPtr Checker::check_warnf(const ast::Call& node, const Builtin& row, Span span) {
  return formatted(EventKind::warnf, node, row, span);
}

typed::ExpressionPtr Checker::check_cat(const ast::Call& node, const Builtin& row, Span span) {
  return formatted(EventKind::cat, node, row, span);
}

typed::ExpressionPtr Checker::check_system(const ast::Call& node, const Builtin& row, Span span) {
  if (context_.options.unsafe) return formatted(EventKind::system, node, row, span);
  report(DiagnosticId::unsafe_function, span, row.name);
  return unknown(span);
}

/// The kernel's formatting has 64-bit integers by `ll` only, and hides pointers that are printed by `%p`.
typed::ExpressionPtr Checker::check_debugf(const ast::Call& node, const Builtin& row, Span span) {
  // BPF_TRACE_PRINTK_SIZE (kernel/trace/bpf_trace.c)
  constexpr size_t kMost = 1000;
  const std::string format = *text(*node.arguments[0]);
  auto pieces = read_format(*node.arguments[0], format);
  if (!pieces) return unknown(span);
  std::string for_kernel;
  for (const FormatPiece& piece : *pieces) {
    for (char c : piece.literal)
      for_kernel.append(c == '%' ? 2 : 1, c);
    if (!piece.conversion) continue;
    const bool is_plain = !piece.width && !piece.precision && !piece.width_from_argument &&
                          !piece.precision_from_argument && !piece.left && !piece.plus && !piece.blank &&
                          !piece.alternate && !piece.zero;
    if (!is_plain || !std::string_view("duxps").contains(piece.conversion)) {
      const std::string written = format.substr(piece.range.begin, piece.range.end - piece.range.begin);
      report(DiagnosticId::debugf_format, span_within(*node.arguments[0], piece.range), written);
      return unknown(span);
    }
    for_kernel += piece.conversion == 's'   ? "%s"
                  : piece.conversion == 'p' ? "0x%llx"
                                            : std::string("%ll") + piece.conversion;
  }
  if (!has_values_for(*pieces, node)) return unknown(span);
  if (for_kernel.size() > kMost) {
    report(DiagnosticId::string_too_long, node.arguments[0]->span, std::to_string(for_kernel.size()),
           std::to_string(kMost));
    return unknown(span);
  }
  report(DiagnosticId::debugf_used, span);
  typed::Call call = {.id = row.id, .arguments = {}, .index = 0, .access = {}};
  call.arguments.push_back(text_constant(span, for_kernel));
  typed::Expressions values;
  for (size_t i = 1; i < node.arguments.size(); ++i)
    values.push_back(value(*node.arguments[i]));
  check_conversions(*pieces, values);
  for (size_t i = 0; i < values.size(); ++i) {
    const bool is_text = (*pieces)[i].conversion == 's';
    if (is_text && !values[i]->type.is_none() && !values[i]->type.is_string())
      bad_argument(node, i + 1, row, "a string for `%s`", with_article(values[i]->type));
    call.arguments.push_back(std::move(values[i]));
  }
  return typed::make_expression(span, {}, std::move(call));
}

} // namespace trc
