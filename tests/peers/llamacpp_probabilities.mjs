// llama.cpp's next-token probabilities at every position, by node-llama-cpp's prebuilt library.
// Usage: node llamacpp_probabilities.mjs PEERS_DIR MODEL.gguf OUT < token ids as a JSON array
// Writes raw little-endian float32 [n_tokens, vocab].
import fs from "node:fs";
import path from "node:path";
import {pathToFileURL} from "node:url";

const [peers, model_path, out] = process.argv.slice(2);
const entry = path.join(peers, "node_modules", "node-llama-cpp", "dist", "index.js");
const {getLlama} = await import(pathToFileURL(entry));

const tokens = JSON.parse(fs.readFileSync(0, "utf8"));
const llama = await getLlama({gpu: false, build: "never", logLevel: "error", maxThreads: 2});
const model = await llama.loadModel({modelPath: model_path, useMmap: true});
const context = await model.createContext({contextSize: Math.max(64, tokens.length + 8), threads: 2, flashAttention: false});
const sequence = context.getSequence();
const results = await sequence.controlledEvaluate(
    tokens.map((token) => [token, {generateNext: {probabilities: true}}]));

const file = fs.openSync(out, "w");
for (const result of results) {
    const row = new Float32Array(model.vocab?.size ?? model.fileInfo.metadata.tokenizer.ggml.tokens.length);
    for (const [token, probability] of result.next.probabilities) row[token] = probability;
    fs.writeSync(file, Buffer.from(row.buffer));
}
fs.closeSync(file);
await llama.dispose();
