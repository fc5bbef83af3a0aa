// Statements.
#include "base/overloaded.h"
#include "codegen/program_builder.h"
#include "semantic/typed_walk.h"

namespace trc::codegen {

void ProgramBuilder::block(const typed::Block& block) {
  for (const typed::Statement& s : block)
    statement(s);
}

void ProgramBuilder::statement(const typed::Statement& source) {
  reach();
  m_.set_location(source.span);
  const Mark before = mark();
  std::visit(overloaded{
                 [&](const typed::Evaluate& n) { evaluate(*n.expression); },
                 [&](const typed::AssignVariable& n) {
                   if (n.value->type.is_scalar()) {
                     Value* number = scalar(*n.value);
                     return store_word(number, variable(n.variable));
                   }
                   Value* place = variable(n.variable);
                   if (typed::reads_variable(*n.value, n.variable))
                     copy(place, made(*n.value), n.value->type.size); // not before all of it is read
                   else
                     store(*n.value, place);
                 },
                 [&](const typed::AssignMap& n) { assign_map(n); },
                 [&](const typed::UpdateMap& n) { update_map(n); },
                 [&](const typed::If& n) { if_statement(n); },
                 [&](const typed::Nested& n) { block(n.block); },
                 [&](const typed::While& n) { while_loop(n); },
                 [&](const typed::Unroll& n) { unroll(n); },
                 [&](const typed::ForRange& n) { for_range(n); },
                 [&](const typed::ForMap& n) { for_map(n); },
                 [&](const typed::Break&) { branch_to(on_break_); },
                 [&](const typed::Continue&) { branch_to(on_continue_); },
                 [&](const typed::Return& n) { return_statement(n); },
             },
             source.node);
  release(before);
}

/// A value that nobody takes.
void ProgramBuilder::evaluate(const typed::Expression& e) {
  if (auto* function = std::get_if<typed::FunctionCall>(&e.node)) {
    call_function(*function);
  } else if (auto* call = std::get_if<typed::Call>(&e.node)) {
    Value* value = lower(*call, e.type);
    // Who looks at the result of delete() knows that the key may not be there.
    if (call->id == BuiltinId::delete_key && m_.options.counts_failures)
      if_true(m_.ir.CreateICmpEQ(value, word(0)),
              [&] { m_.count_loss(LossCause::key_not_deleted, m_.place()); });
  } else if (e.type.is_scalar()) {
    scalar(e);
  } else {
    address(e);
  }
}

void ProgramBuilder::if_statement(const typed::If& node) {
  const Mark before = mark();
  Value* condition = truth(*node.condition);
  release(before);
  BasicBlock *yes = new_block("then"), *no = new_block("else"), *end = new_block("end");
  m_.ir.CreateCondBr(condition, yes, no);
  m_.ir.SetInsertPoint(yes);
  block(node.then);
  branch_to(end);
  m_.ir.SetInsertPoint(no);
  block(node.otherwise);
  branch_to(end);
  m_.ir.SetInsertPoint(end);
}

} // namespace trc::codegen
