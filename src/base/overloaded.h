// A visitor for std::variant put together from lambdas.
#pragma once

namespace trc {

template<class... Lambdas> struct overloaded : Lambdas... { using Lambdas::operator()...; };
template<class... Lambdas> overloaded(Lambdas...) -> overloaded<Lambdas...>;

} // namespace trc
