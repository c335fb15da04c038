// node compile.mjs DIRECTORY SOURCE MODULE: compiles Motoko to a module with a 32-bit memory, by the npm package in the directory.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, resolve } from 'node:path';

const [directory, source, module] = process.argv.slice(2);
const motoko = createRequire(resolve(directory, 'package.json'))('motoko').default;
const name = basename(source);
motoko.write(name, readFileSync(source, 'utf8'));
motoko.compiler.gcFlags('classicOP'); // 64-bit memories are the default since 2025
motoko.compiler.gcFlags('copying');
writeFileSync(module, motoko.wasm(name, 'ic').wasm);
