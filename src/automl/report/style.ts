/**
 * How the report looks: light and dark, on wide pages and on narrow ones.
 */
export const STYLE = `
:root{color-scheme:light dark;--ink:#1c2127;--soft:#5b6570;--line:#d5dae0;--page:#fff;--card:#f6f7f9;--one:#2563a8;--two:#b4531f;--three:#2f7d4f;--four:#8a4fa3;--five:#8a6d00;--six:#a32e57}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ed;--soft:#a3adb8;--line:#3a424b;--page:#14181c;--card:#1d2228;--one:#7db4f0;--two:#f0a06a;--three:#7fd0a0;--four:#cf9be6;--five:#e0c25a;--six:#f08bb0}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:68rem;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page);overflow-wrap:anywhere}
h1{font-size:1.6rem;line-height:1.2}h2{font-size:1.2rem;margin-top:2.5rem;border-bottom:1px solid var(--line)}
.score{font-size:2rem;font-weight:600}.soft{color:var(--soft)}
.grid2{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:1rem}
figure{margin:0;padding:.75rem;background:var(--card);border-radius:.5rem;min-width:0}
figcaption,.caption{font-weight:600;margin:.5rem 0 .25rem}
svg{width:100%;max-width:36rem;height:auto;display:block;font:13px system-ui,sans-serif}
svg text{fill:var(--soft)}svg .end{text-anchor:end}svg .mid{text-anchor:middle}
.grid{stroke:var(--line);stroke-width:1}.axis{stroke:var(--soft);stroke-width:1}.dash{stroke-dasharray:4 4}
.bar{fill:var(--one);opacity:.75}.error{stroke:var(--ink);stroke-width:1.5;fill:none}.dot{fill:var(--one)}.faint{opacity:.5}
.line{fill:none;stroke-width:2}.band{fill:var(--one);opacity:.15}
.c0{stroke:var(--one)}.c1{stroke:var(--two)}.c2{stroke:var(--three)}.c3{stroke:var(--four)}.c4{stroke:var(--five)}.c5{stroke:var(--six)}
.k0{color:var(--one)}.k1{color:var(--two)}.k2{color:var(--three)}.k3{color:var(--four)}.k4{color:var(--five)}.k5{color:var(--six)}
.wide{overflow-x:auto;margin-bottom:1rem}table{border-collapse:collapse;font-size:.9rem}
th,td{padding:.2rem .7rem .2rem 0;text-align:left;border-bottom:1px solid var(--line);vertical-align:top}
.n{text-align:right;font-variant-numeric:tabular-nums}
details{margin-top:.5rem}summary{cursor:pointer;color:var(--soft)}
li{margin:.2rem 0}
`.trim();
