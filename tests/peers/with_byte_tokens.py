"""A copy of a GGUF model whose vocabulary has the 256 byte tokens that llama.cpp demands of SentencePiece vocabularies.

The new tokens come last with embeddings of zero, so the logits of the old ones stay as they are.
"""
import gguf
import numpy

BYTE = 6  # tokenizer.ggml.token_type of a byte token


def is_needed(path):
    fields = gguf.GGUFReader(path).fields
    model = fields["tokenizer.ggml.model"].contents()
    return model == "llama" and BYTE not in fields["tokenizer.ggml.token_type"].contents()


def write(path, out):
    reader = gguf.GGUFReader(path)
    architecture = reader.fields["general.architecture"].contents()
    writer = gguf.GGUFWriter(out, architecture)
    arrays = {"tokenizer.ggml.tokens": [f"<0x{byte:02X}>" for byte in range(256)], "tokenizer.ggml.token_type": [BYTE] * 256,
              "tokenizer.ggml.scores": [0.0] * 256}
    for name, field in reader.fields.items():
        if name.startswith("GGUF.") or name == "general.architecture":
            continue
        value = field.contents()
        if name in arrays:
            value = list(value) + arrays[name]
        if name.endswith(".vocab_size"):
            value = value + 256
        sub_type = field.types[1] if len(field.types) > 1 else None
        writer.add_key_value(name, value, field.types[0], sub_type)
    for tensor in reader.tensors:
        data = tensor.data
        if tensor.name in ("token_embd.weight", "output.weight"):
            data = numpy.concatenate([data, numpy.zeros((256,) + data.shape[1:], data.dtype)])
        writer.add_tensor(tensor.name, data, raw_dtype=tensor.tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
