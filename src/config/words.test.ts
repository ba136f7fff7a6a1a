import { expect, test } from "vitest";
import { splitWords } from "./words.ts";

test.each([
  ["python train.py --lr {lr}", ["python", "train.py", "--lr", "{lr}"]],
  ["  a\t b\n c ", ["a", "b", "c"]],
  [`say "a b" 'c "d"'`, ["say", "a b", 'c "d"']],
  [`--name=" x "y`, ["--name= x y"]],
  [`"" ''`, ["", ""]],
  [String.raw`a\ b "\"" "\n" '\n'`, ["a b", '"', "\\n", "\\n"]],
  ["python \\\n  train.py", ["python", "train.py"]],
  [`sh -c 'a | b > c'`, ["sh", "-c", "a | b > c"]],
  [`grep "|" \\>`, ["grep", "|", ">"]],
  ["echo $HOME *.py", ["echo", "$HOME", "*.py"]],
  ["curl http://x/?a=1&b=2", ["curl", "http://x/?a=1&b=2"]],
  ["", []],
])("%s", (text, words) => {
  expect(splitWords(text)).toEqual(words);
});

test.each([
  [`a "b`, 'the " at position 3 of the command is not closed'],
  ["a 'b\"", "the ' at position 3 of the command is not closed"],
])("%s is not closed", (text, message) => {
  expect(() => splitWords(text)).toThrow(message);
});

test.each(["|", "||", "&&", "&", ">", ">>", "2>", "2>&1", "<", ";", "b;"])("%s needs a shell", (operator) => {
  expect(() => splitWords(`a ${operator} c`)).toThrow(
    `${JSON.stringify(operator)} needs a shell, and commands run without one; quote it, or use ["sh", "-c", "…"]`,
  );
});
