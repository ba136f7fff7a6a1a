/**
 * A command line as its words, the way a shell would split it; nothing is expanded or executed.
 */
import { InvalidInputError } from "../errors.ts";

/** What a shell would act on; passed to a program as an argument it is a mistake. */
const OPERATOR = /^(?:\d*(?:>>?|<)(?:&\d*)?|&>>?|\|\|?|&&?|;)$/;

/**
 * Splits at white space; quotes and backslashes keep what they enclose, as in a shell.
 *
 * @throws {InvalidInputError} on a quote that is not closed, and on `|`, `>`, `&&` and the like outside quotes
 * @example
 * splitWords(`python train.py --name "a b"`); // ["python", "train.py", "--name", "a b"]
 */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quoted = false;
  const end = () => {
    if (word === undefined) return;
    if (!quoted && (OPERATOR.test(word) || word.endsWith(";"))) throw noShell(word);
    words.push(word);
    word = undefined;
    quoted = false;
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (/\s/.test(char)) {
      end();
    } else if (char === "'" || char === '"') {
      const [content, close] = readQuoted(text, at);
      word = (word ?? "") + content;
      quoted = true;
      at = close;
    } else if (char === "\\" && at + 1 < text.length) {
      at++;
      if (text[at] === "\n") continue; // a line that goes on
      word = (word ?? "") + text[at];
      quoted = true;
    } else {
      word = (word ?? "") + char;
    }
  }
  end();
  return words;
}

/** The content of the quotes that open at `open`, and the index of the closing one. */
function readQuoted(text: string, open: number): [content: string, close: number] {
  const quote = text[open];
  let content = "";
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === quote) return [content, at];
    if (quote === '"' && text[at] === "\\" && /["\\$`\n]/.test(text[at + 1] ?? "")) {
      at++;
      if (text[at] !== "\n") content += text[at];
    } else {
      content += text[at];
    }
  }
  throw new InvalidInputError(`the ${quote} at position ${open + 1} of the command is not closed`);
}

function noShell(word: string): InvalidInputError {
  return new InvalidInputError(
    `${JSON.stringify(word)} needs a shell, and commands run without one; quote it, or use ["sh", "-c", "…"]`,
  );
}
