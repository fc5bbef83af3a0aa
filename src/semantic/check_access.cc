// Access to what is inside of something: fields of structures and records, elements of tuples and arrays, and
// what pointers point to. Fields of structures that lie in one another by value become one offset: nothing is
// copied on the way.
#include <limits>

#include "base/text.h"
#include "semantic/check.h"
#include "semantic/conversion.h"

namespace trc {
namespace {

/// A part of a value in memory, as an offset in the place where that is.
typed::ExpressionPtr part_of(Span span, typed::ExpressionPtr whole, Type type, uint32_t offset,
                             typed::BitRange bits = {}) {
  auto within = [&](auto& place) {
    place.offset += offset;
    place.bits = bits;
    whole->type = std::move(type);
    whole->span = span;
    return std::move(whole);
  };
  if (auto* behind = std::get_if<typed::Dereference>(&whole->node)) return within(*behind);
  if (auto* part = std::get_if<typed::Part>(&whole->node)) return within(*part);
  return typed::make_expression(span, std::move(type), typed::Part{std::move(whole), offset, bits});
}

std::string list_of_fields(const std::vector<std::string>& names) {
  constexpr size_t kMost = 12;
  std::string text;
  for (size_t i = 0; i < names.size() && i < kMost; ++i)
    text += (i == 0 ? "its fields are `" : ", `") + names[i] + "`";
  return text + (names.size() > kMost ? " …" : "");
}

/// The header is the same for all tracepoints; who asks for it is told.
bool is_header(const probes::Argument& argument) { return argument.name.starts_with("common_"); }

/// Those that can be read, then the others with the reason.
std::string list_of_arguments(const std::vector<probes::Argument>& arguments) {
  std::string readable, others;
  for (const probes::Argument& argument : arguments) {
    if (is_header(argument)) continue;
    if (argument.type.is_none())
      others += "; `" + argument.name + "` can't be read: " + argument.unreadable;
    else
      readable += (readable.empty() ? "its fields are `" : ", `") + argument.name + "`";
  }
  return readable.empty() && !others.empty() ? others.substr(2) : readable + others;
}

std::string hint_for_field(const std::string& name, const std::vector<std::string>& names) {
  std::string hint = did_you_mean(name, names);
  return hint.empty() ? list_of_fields(names) : hint;
}

/// Of a tuple that is put together here, an element itself: what is constant stays so.
typed::ExpressionPtr constant_element(typed::Expression& tuple, size_t index) {
  auto* made = std::get_if<typed::TupleOf>(&tuple.node);
  if (!made) return nullptr;
  for (const auto& element : made->elements)
    if (!as_constant(*element) && !as_text(*element)) return nullptr;
  return std::move(made->elements[index]);
}

/// The number that an index is known to be.
std::optional<int64_t> known_index(const typed::Expression& index) {
  const typed::Constant* known = as_constant(index);
  return known ? std::optional(static_cast<int64_t>(known->bits)) : std::nullopt;
}

} // namespace

typed::ExpressionPtr Checker::member(const ast::Member& node, Span span) {
  auto* base = std::get_if<ast::Name>(&node.base->node);
  if (base && base->name == "args") return argument(node, span);
  ExpressionPtr whole =
      reaches_into_context(*node.base) ? context_pointer(node.base->span) : value(*node.base);
  if (whole->type.is_none()) return unknown(span);
  if (whole->type.kind == TypeKind::tuple && !whole->type.is_presented())
    return element(node, span, std::move(whole));
  if (whole->type.is_pointer() && target_of(whole->type).kind == TypeKind::structure)
    whole = dereference(span, std::move(whole));
  if (whole->type.kind == TypeKind::structure) return field(node, span, std::move(whole));
  std::string hint = "`.` and `->` go with structures, pointers to them, tuples and records";
  if (std::holds_alternative<ast::Integer>(node.base->node))
    hint = "there are no floating point numbers here";
  else if (whole->type.is_pointer() || whole->type.is_integer())
    hint = "cast it to a pointer to a structure: `((struct NAME *)x)->" + node.name + "`";
  report(DiagnosticId::not_a_struct, whole->span, with_article(whole->type), hint);
  return unknown(span);
}

typed::ExpressionPtr Checker::argument(const ast::Member& node, Span span) {
  if (!here("args", node.base->span)) return unknown(span);
  if (!probe_->arguments) {
    report(DiagnosticId::no_args_here, node.base->span, probe_name());
    return unknown(span);
  }
  std::vector<std::string> names;
  for (const probes::Argument& argument : *probe_->arguments) {
    if (argument.name == node.name && argument.type.is_none()) {
      report(DiagnosticId::unreadable_argument, node.name_span, node.name, probe_name(), argument.unreadable);
      return unknown(span);
    }
    if (argument.name == node.name) return read_argument(argument, span);
    if (!argument.type.is_none()) names.push_back(argument.name);
  }
  std::string hint = did_you_mean(node.name, names);
  if (hint.empty()) hint = list_of_arguments(*probe_->arguments);
  report(DiagnosticId::unknown_field, node.name_span, probe_name(), node.name, hint);
  return unknown(span);
}

typed::ExpressionPtr Checker::read_argument(const probes::Argument& argument, Span span) {
  typed::ArgumentRead read = {argument.access};
  if (!argument.behind) return typed::make_expression(span, argument.type, std::move(read));
  ExpressionPtr place =
      typed::make_expression(span, pointer_type(AddressSpace::user, argument.type), std::move(read));
  return typed::make_expression(span, argument.type,
                                typed::Dereference{.pointer = std::move(place), .offset = *argument.behind});
}

typed::ExpressionPtr Checker::arguments(Span span) {
  if (!here("args", span)) return unknown(span);
  std::vector<std::string> names;
  std::vector<Type> types;
  typed::Expressions elements;
  for (const probes::Argument& argument : probe_->arguments.value_or(std::vector<probes::Argument>())) {
    if (argument.type.is_none() || is_header(argument)) continue;
    names.push_back(argument.name);
    types.push_back(argument.type);
    elements.push_back(read_argument(argument, span));
  }
  if (names.empty()) {
    report(DiagnosticId::no_args_here, span, probe_name());
    return unknown(span);
  }
  return tuple_of(record_type(std::move(names), std::move(types)), std::move(elements), span);
}

/// Of a tuple by number, of a record by name.
typed::ExpressionPtr Checker::element(const ast::Member& node, Span span, ExpressionPtr tuple) {
  const Type& type = tuple->type;
  const size_t count = type.elements.size();
  size_t at = count;
  for (size_t i = 0; i < type.names.size(); ++i)
    if (type.names[i] == node.name) at = i;
  if (auto number = parse_integer(node.name); number && at == count)
    at = std::min<uint64_t>(number->value, count);
  if (at == count) {
    std::string hint = "its elements are `.0` to `." + std::to_string(count - 1) + "`";
    if (count == 0) hint = "it has no elements";
    if (count == 1)
      hint = "its only element is `.0`; in a loop over histograms, stats or series that is the key";
    if (type.is_record()) hint = hint_for_field(node.name, type.names);
    report(DiagnosticId::unknown_field, node.name_span, spelling(type), node.name, hint);
    return unknown(span);
  }
  if (ExpressionPtr known = constant_element(*tuple, at)) return known;
  const Type element_type = type.elements[at];
  const uint32_t offset = element_offsets(type)[at];
  return part_of(span, std::move(tuple), element_type, offset);
}

std::optional<Field> Checker::find_field_of(const Type& structure, const std::string& name, Span name_span) {
  const Structure* inside = types().structure(structure.name);
  if (!inside) {
    report(DiagnosticId::incomplete_structure, name_span, structure.name,
           "neither the script nor this kernel's BTF defines it");
    return {};
  }
  if (auto field = find_field(types(), *inside, name)) return field;
  report(DiagnosticId::unknown_field, name_span, structure.name, name,
         hint_for_field(name, field_names(types(), *inside)));
  return {};
}

typed::ExpressionPtr Checker::field(const ast::Member& node, Span span, ExpressionPtr whole) {
  auto found = find_field_of(whole->type, node.name, node.name_span);
  if (!found) return unknown(span);
  const bool known_layout = is_kernel_structure(whole->type);
  // What a `__percpu` pointer holds is an offset: it leads nowhere as it is.
  if (found->is_per_cpu) found->type.space = AddressSpace::none;
  ExpressionPtr part = part_of(span, std::move(whole), found->type, found->offset,
                               {.first = found->first_bit, .bits = found->bits});
  // The verifier knows the kernel's own structures, not what a script says that they are.
  if (auto* behind = std::get_if<typed::Dereference>(&part->node); behind && !known_layout)
    behind->is_trusted = false;
  return part;
}

bool Checker::is_kernel_structure(const Type& type) const {
  return context_.kernel_types && type.kind == TypeKind::structure &&
         types().structure(type.name) == context_.kernel_types->structure(type.name);
}

bool Checker::is_trusted(const typed::Expression& pointer) const {
  const Type& type = pointer.type;
  // A structure whose size is not told here is only declared where the pointer is: for the verifier that is
  // no pointer.
  const bool leads_on = type.space == AddressSpace::kernel && !type.elements.empty() &&
                        type.elements.front().kind == TypeKind::structure && type.elements.front().size != 0;
  if (!leads_on || !is_kernel_structure(type.elements.front())) return false;
  if (auto* behind = std::get_if<typed::Dereference>(&pointer.node)) return behind->is_trusted;
  if (auto* call = std::get_if<typed::Call>(&pointer.node))
    return call->id == BuiltinId::ctx || (call->id == BuiltinId::curtask && call->index);
  auto* read = std::get_if<typed::ArgumentRead>(&pointer.node);
  return read && read->access.is_trusted;
}

typed::ExpressionPtr Checker::dereference(Span span, ExpressionPtr pointer) {
  if (pointer->type.is_none()) return unknown(span);
  if (!pointer->type.is_pointer()) {
    report(DiagnosticId::bad_dereference, pointer->span, with_article(pointer->type),
           pointer->type.is_integer() ? "cast it to a pointer: `*(uint64 *)x`" : "");
    return unknown(span);
  }
  Type target = target_of(pointer->type);
  if (target.is_none()) {
    report(DiagnosticId::bad_dereference, pointer->span, with_article(pointer->type),
           "cast it to a pointer to what is there: `*(uint64 *)x`");
    return unknown(span);
  }
  // `*(&$x)` is `$x`.
  if (auto* address = std::get_if<typed::AddressOf>(&pointer->node))
    return typed::make_expression(span, target, typed::VariableRead{address->variable});
  if (pointer->type.space == AddressSpace::none) pointer->type.space = pointers();
  const bool trusted = is_trusted(*pointer);
  return typed::make_expression(span, std::move(target),
                                typed::Dereference{std::move(pointer), 0, {}, trusted});
}

typed::ExpressionPtr Checker::address_of(const ast::AddressOf& node, Span span) {
  auto* target = std::get_if<ast::Variable>(&node.operand->node);
  if (!target) {
    report(DiagnosticId::address_of_map, span);
    return unknown(span);
  }
  if (variable(*target, node.operand->span)->type.is_none()) return unknown(span);
  const typed::VariableId id = *find_variable(target->name);
  return typed::make_expression(span, pointer_type(AddressSpace::kernel, storage_type(variable_type(id))),
                                typed::AddressOf{id});
}

typed::ExpressionPtr Checker::index(const ast::Index& node, Span span) {
  ExpressionPtr whole = value(*node.base), index = value(*node.index);
  if (whole->type.is_none() || index->type.is_none()) return unknown(span);
  if (!index->type.is_integer()) {
    report(DiagnosticId::bad_index, index->span, with_article(whole->type),
           " by " + with_article(index->type), "an index is a number");
    return unknown(span);
  }
  if (whole->type.kind == TypeKind::array || whole->type.is_string())
    return array_element(span, std::move(whole), std::move(index));
  if (whole->type.is_pointer()) return pointer_element(span, std::move(whole), std::move(index));
  report(DiagnosticId::bad_index, whole->span, with_article(whole->type), "",
         whole->type.kind == TypeKind::tuple ? "an element of a tuple is `.0`, `.1` and so on"
                                             : "`[ ]` goes with arrays, strings, pointers and maps");
  return unknown(span);
}

typed::ExpressionPtr Checker::array_element(Span span, ExpressionPtr array, ExpressionPtr index) {
  const Type element = array->type.is_string() ? integer_type(1, true) : array->type.elements.front();
  const uint32_t count = element_count(array->type);
  auto* behind = std::get_if<typed::Dereference>(&array->node);
  if (behind) behind->is_trusted = false; // the verifier does not follow pointers out of arrays
  // `T last[]` at the end of a structure has as many elements as there are.
  if (count == 0 && behind && element.size != 0) {
    ExpressionPtr first = std::move(behind->pointer);
    const uint32_t offset = behind->offset;
    const Type to = pointer_type(first->type.space, element);
    first = typed::make_expression(span, to, typed::Convert{std::move(first)});
    if (offset != 0)
      first = typed::make_expression(
          span, to, typed::Binary{BinaryOperator::add, std::move(first), literal(span, offset)});
    return pointer_element(span, std::move(first), std::move(index));
  }
  const auto known = known_index(*index);
  if (known && (*known < 0 || *known >= count)) {
    report(DiagnosticId::index_out_of_bounds, index->span, std::to_string(*known), with_article(array->type),
           std::to_string(static_cast<int64_t>(count) - 1));
    return unknown(span);
  }
  if (!known)
    return typed::make_expression(span, element, typed::ArrayElement{std::move(array), std::move(index)});
  if (const typed::Text* text = as_text(*array)) {
    const size_t at = *known;
    return constant(
        span, element,
        static_cast<uint64_t>(at < text->bytes.size() ? static_cast<int8_t>(text->bytes[at]) : 0));
  }
  return part_of(span, std::move(array), element, *known * element.size);
}

/// `p[i]` is `*(p + i)`.
typed::ExpressionPtr Checker::pointer_element(Span span, ExpressionPtr pointer, ExpressionPtr index) {
  const Type target = target_of(pointer->type);
  const auto known = known_index(*index);
  const bool is_variable = std::holds_alternative<typed::AddressOf>(pointer->node);
  const bool plain = known && (*known == 0 || (*known > 0 && !is_variable));
  if (plain && target.size != 0 && *known <= INT32_MAX / static_cast<int64_t>(target.size)) {
    ExpressionPtr first = dereference(span, std::move(pointer));
    if (first->type.is_none()) return first;
    if (*known == 0) return first;
    auto* behind = std::get_if<typed::Dereference>(&first->node);
    if (behind) behind->is_trusted = false;
    return part_of(span, std::move(first), target, *known * target.size);
  }
  if (target.is_none()) return dereference(span, std::move(pointer));
  return dereference(span,
                     pointer_arithmetic(BinaryOperator::add, span, std::move(pointer), std::move(index)));
}

} // namespace trc
