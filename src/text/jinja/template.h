// A parsed Jinja template, and its rendering. This is the door of the folder: no exception leaves
// here.
#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "text/jinja/budget.h"
#include "text/jinja/lexer.h"
#include "text/jinja/text.h"

namespace hob::text::jinja {

class Template {
 public:
  // Errors: "chat template, line 3, column 14: …". Columns count characters.
  static Result<Template> parse(std::string_view source, const Syntax& syntax = {},
                                const TemplateLimits& limits = {});

  // vars: untrusted; trusted: the host's own, winning over vars of the same name. now: see
  // Interpreter. May be called from several threads at once.
  Result<Text> render(const boost::json::object& vars, const boost::json::object& trusted = {},
                      std::optional<int64_t> now = std::nullopt,
                      const TemplateLimits& limits = {}) const;

  Template(Template&&) noexcept;
  Template& operator=(Template&&) noexcept;
  ~Template();

 private:
  struct Impl;
  explicit Template(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace hob::text::jinja
