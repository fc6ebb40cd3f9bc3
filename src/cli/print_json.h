// One line of JSON on stdout.
#pragma once

#include <boost/json.hpp>
#include <cstdio>
#include <string>

namespace hob::cli {

inline void print_json(const boost::json::value& value) {
  const std::string text = boost::json::serialize(value);
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fputc('\n', stdout);
}

}  // namespace hob::cli
