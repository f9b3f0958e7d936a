/** Names as a stranger may choose them for a key, node, strategy, file or scenario: one corpus for every medium. */

export const HOSTILE_NAMES: readonly string[] = [
  // A page.
  '<script>document.title = "owned"</script>',
  '</script><img src=x onerror="document.title=1">',
  '"><svg onload=alert(1)> \' ` $1 {{x}}',
  // A terminal, and the direction and order of what is read.
  'a\u202ereversed\u2066\u200b\u2028\x1b[2J\x07\r\n\u0000',
  // Markdown and GitHub.
  '👩‍💻 日本 ￼ 😀 | pipe | @everyone `code` [link](javascript:alert(1))',
  '`code` **bold** [link](http://evil.example) @someone #1',
  '| a | b |\n| - | - |',
  '-->',
  // A spreadsheet.
  "=cmd|' /C calc'!A0",
  '@SUM(1+1)*cmd',
  '\t=1+1',
  // Names that mean something to programs.
  '&lt;b&gt; &amp; %00 ../../etc/passwd __proto__',
  // XML.
  'a]]>b<![CDATA[c',
  '\ufffe\uffff\ud800',
  // The log of a CI server.
  '::error::fake',
  '##[error]fake',
  'two\nlines\r\nor three',
  '100%, really: yes',
  'x'.repeat(10_240),
];
