// Pinned iterators (`iter:task:PIN`): they run when somebody reads their file, long after trc has ended. The
// kernel itself formats what they print, and nobody is there for what a program sends otherwise.
#include <algorithm>
#include <iterator>
#include <set>

#include "semantic/check.h"
#include "semantic/conversion.h"
#include "semantic/pinned.h"
#include "semantic/typed_walk.h"

namespace trc {
namespace {

// MAX_BPRINTF_VARARGS (include/linux/bpf.h)
constexpr size_t kMostValues = 12;

bool needs_session(BuiltinId id) {
  if (id == BuiltinId::debugf || id == BuiltinId::delete_key) return false;
  return builtin(id).kind == BuiltinKind::action || id == BuiltinId::kstack || id == BuiltinId::ustack;
}

/// Reports what a pinned program does, itself or in a function, that needs trc.
class Search {
public:
  Search(const typed::Program& program, Diagnostics& diagnostics)
      : program_(program), diagnostics_(diagnostics) {}

  void look_at(const typed::Block& body) {
    typed::any_of(body, [&](const typed::Expression& e) {
      if (const auto* call = std::get_if<typed::Call>(&e.node)) {
        // Of the program itself: it has been made one of the kernel's.
        const bool is_own_printf = call->id == BuiltinId::printf && functions_.empty();
        if (needs_session(call->id) && !is_own_printf)
          diagnostics_.report(DiagnosticId::not_when_pinned, e.span, builtin(call->id).name,
                              "it is done by trc, which has ended when the file is read",
                              functions_.empty() ? "print with `printf`"
                                                 : "call `printf` in the probe itself");
      } else if (const auto* function = std::get_if<typed::FunctionCall>(&e.node)) {
        if (functions_.insert(function->function).second)
          look_at(program_.functions[function->function].body);
      }
      return false;
    });
  }

private:
  const typed::Program& program_;
  Diagnostics& diagnostics_;
  std::set<typed::FunctionId> functions_;
};

} // namespace

void check_pinned(const typed::Program& program, Diagnostics& diagnostics) {
  for (const typed::Probe& probe : program.probes)
    if (probe.is_pinned) Search(program, diagnostics).look_at(probe.body);
}

/// A value as the kernel prints it by `conversion`, which is completed; null, and a diagnostic, if it can't.
typed::ExpressionPtr Checker::pinned_value(const FormatPiece& piece, ExpressionPtr value,
                                           const std::string& written, std::string& conversion) {
  const Type& type = value->type;
  const Span span = value->span;
  if (piece.conversion == 's' && type.is_string()) {
    conversion += "s";
    return value;
  }
  const bool is_plain = type.is_scalar() && !type.is_enumeration() && !type.is_presented();
  if (piece.conversion == 's' && !is_plain) {
    report(DiagnosticId::not_when_pinned, span, written, "the kernel can't print " + with_article(type),
           type.is_enumeration() ? "print its number with `%d`" : "print its parts, numbers and strings");
    return nullptr;
  }
  if (piece.conversion == 's' && type.kind == TypeKind::boolean) {
    conversion += "s";
    ExpressionPtr yes = text_constant(span, "true"), no = text_constant(span, "false");
    const Type text = no->type;
    yes = convert(std::move(yes), text);
    return typed::make_expression(span, text,
                                  typed::Ternary{std::move(value), std::move(yes), std::move(no)});
  }
  const bool is_address = piece.conversion == 'p' || (piece.conversion == 's' && type.is_pointer());
  const bool is_signed = piece.conversion == 'd' || piece.conversion == 'i' ||
                         (piece.conversion == 's' && type.is_integer() && type.is_signed);
  if (piece.conversion == 'x' || piece.conversion == 'X' || is_address)
    conversion.append("ll").append(1, piece.conversion == 'X' ? 'X' : 'x');
  else
    conversion += is_signed ? "lld" : "llu";
  if (piece.length_bytes == 0 || piece.length_bytes == 8 || piece.conversion == 's') return value;
  return convert(std::move(value), integer_type(piece.length_bytes, is_signed));
}

/// A printf as the kernel takes it (lib/vsprintf.c behind kernel/trace/bpf_trace.c), in pieces: each is a
/// format and the values for it. A string has a piece of its own: of all in one the kernel takes 512 bytes.
std::optional<typed::Expressions> Checker::pinned_pieces(const std::vector<FormatPiece>& pieces,
                                                         const std::string& format,
                                                         const ast::Expression& source,
                                                         typed::Expressions values) {
  typed::Expressions made, waiting;
  std::string text;
  auto flush = [&] {
    if (!text.empty()) made.push_back(text_constant(source.span, std::move(text)));
    std::ranges::move(waiting, std::back_inserter(made));
    text.clear();
    waiting.clear();
  };
  size_t next = 0;
  for (const FormatPiece& piece : pieces) {
    for (char c : piece.literal)
      text.append(c == '%' ? 2 : 1, c);
    if (!piece.conversion) continue;
    const std::string written = format.substr(piece.range.begin, piece.range.end - piece.range.begin);
    const bool has_more =
        piece.precision || piece.width_from_argument || piece.precision_from_argument || piece.alternate;
    if (has_more || !std::string_view("diuxXps").contains(piece.conversion)) {
      report(DiagnosticId::not_when_pinned, span_within(source, piece.range), written,
             "the kernel formats what it prints",
             "it has `%d %i %u %x %X %p %s`, with a width and the flags `-`, `+`, blank and `0`");
      return {};
    }
    ExpressionPtr value = std::move(values[next++]);
    if (piece.conversion == 'p' || (piece.conversion == 's' && value->type.is_pointer())) text += "0x";
    std::string conversion = "%";
    if (piece.plus) conversion += '+';
    if (piece.blank) conversion += ' ';
    if (piece.left) conversion += '-';
    if (piece.zero) conversion += '0';
    if (piece.width) conversion += std::to_string(*piece.width);
    value = pinned_value(piece, std::move(value), written, conversion);
    if (!value) return {};
    const bool is_alone = conversion.ends_with('s');
    if (is_alone || waiting.size() == kMostValues) flush();
    text += conversion;
    waiting.push_back(std::move(value));
    if (is_alone) flush();
  }
  flush();
  return made;
}

typed::ExpressionPtr Checker::pinned_printf(const ast::Call& node, const Builtin& row, Span span) {
  const std::string format = *text(*node.arguments[0]);
  auto pieces = read_format(*node.arguments[0], format);
  if (!pieces || !has_values_for(*pieces, node)) return unknown(span);
  typed::Expressions values;
  for (size_t i = 1; i < node.arguments.size(); ++i) {
    values.push_back(value(*node.arguments[i]));
    if (values.back()->type.is_none()) return unknown(span); // not known yet, or reported
  }
  check_conversions(*pieces, values);
  for (size_t i = 0; i < values.size(); ++i)
    if (const char c = (*pieces)[i].conversion; c != 's' && !values[i]->type.is_scalar())
      return unknown(span);
  auto made = pinned_pieces(*pieces, format, *node.arguments[0], std::move(values));
  if (!made) return unknown(span);
  return typed::make_expression(
      span, {}, typed::Call{.id = row.id, .arguments = std::move(*made), .index = 0, .access = {}});
}

} // namespace trc
