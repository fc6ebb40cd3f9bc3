#include "text/bpe_alphabet.h"

#include "base/utf8.h"

namespace hob::text {

std::string spell_bytes(std::string_view bytes) {
  std::string spelling;
  spelling.reserve(bytes.size() + bytes.size() / 4);
  for (char byte : bytes) append_utf8(spelling, kByteLetters[static_cast<unsigned char>(byte)]);
  return spelling;
}

void append_spelled_bytes(std::string& out, std::string_view spelling) {
  for (size_t at = 0; at < spelling.size();) {
    const CodePoint letter = decode_utf8(spelling, at);
    if (letter.value < kLetterBytes.size() && kLetterBytes[letter.value] >= 0)
      out += static_cast<char>(kLetterBytes[letter.value]);
    else
      out += spelling.substr(at, letter.length);
    at += letter.length;
  }
}

}  // namespace hob::text
