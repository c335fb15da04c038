// node compile.mjs DIRECTORY SOURCE MODULE WIDTH: compiles Motoko by the npm package in the directory, to a module with a memory of 32
// or 64 bits and to a description of its interface, SOURCE.did in the directory. 64 are the default since 2025.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, resolve } from 'node:path';

const [directory, source, module, width] = process.argv.slice(2);
const motoko = createRequire(resolve(directory, 'package.json'))('motoko').default;
const name = basename(source);
motoko.write(name, readFileSync(source, 'utf8'));
if (width === '32') {
  motoko.compiler.gcFlags('classicOP');
  motoko.compiler.gcFlags('copying');
}
writeFileSync(module, motoko.wasm(name, 'ic').wasm);
writeFileSync(resolve(directory, basename(source, '.mo') + '.did'), motoko.candid(name));
