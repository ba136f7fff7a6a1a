/**
 * Compiled kernels from the text that the build keeps them in.
 */

/**
 * What compiles the module of these bytes in base64, once, when it is first asked for; undefined where the platform has no
 * WebAssembly or no 128-bit instructions.
 */
export function compiler(code: string): () => WebAssembly.Module | undefined {
  let module: WebAssembly.Module | undefined | null = null;
  return () => {
    if (module === null) {
      try {
        module = new WebAssembly.Module(Uint8Array.from(atob(code), (character) => character.charCodeAt(0)));
      } catch {
        module = undefined;
      }
    }
    return module;
  };
}
