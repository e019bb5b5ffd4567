import { describe, expect, it } from 'vitest'
import { linesOf } from './CodeText'
import { paired, parsePatch, patchStats } from './patch'

const PATCH = `diff --git a/a.py b/a.py
index 1..2 100644
--- a/a.py
+++ b/a.py
@@ -1,3 +1,4 @@ def f():
 same
-old
+new
+more
 last
diff --git a/img.png b/img.png
new file mode 100644
Binary files /dev/null and b/img.png differ
diff --git a/x.py b/y.py
similarity index 90%
rename from x.py
rename to y.py
`

describe('a patch', () => {
  it('is files with hunks and lines, numbered on both sides', () => {
    const [first, picture, moved] = parsePatch(PATCH)
    expect(first).toMatchObject({ path: 'a.py', status: 'changed', added: 2, removed: 1 })
    expect(first?.hunks[0]?.lines.map(line => [line.kind, line.left, line.right])).toEqual([
      ['same', 1, 1],
      ['removed', 2, 0],
      ['added', 0, 2],
      ['added', 0, 3],
      ['same', 3, 4],
    ])
    expect(picture).toMatchObject({ status: 'added', isBinary: true })
    expect(moved).toMatchObject({ status: 'renamed', from: 'x.py', path: 'y.py' })
    expect(patchStats(parsePatch(PATCH))).toEqual({ files: 3, added: 2, removed: 1 })
  })

  it('pairs what was removed with what took its place', () => {
    const pairs = paired(parsePatch(PATCH)[0]?.hunks[0]?.lines ?? [])
    expect(pairs.map(pair => [pair.left?.text, pair.right?.text])).toEqual([
      ['same', 'same'],
      ['old', 'new'],
      [undefined, 'more'],
      ['last', 'last'],
    ])
  })

  it('of nothing is nothing', () => {
    expect(parsePatch('')).toEqual([])
    expect(parsePatch('noise\n+++')).toEqual([])
  })
})

describe('lines of a file in the address', () => {
  it('are one or a stretch, within the file', () => {
    expect(linesOf('3', 10)).toEqual([3, 3])
    expect(linesOf('3-7', 10)).toEqual([3, 7])
    for (const bad of ['', '0', '11', '7-3', 'x', '1-']) expect(linesOf(bad, 10)).toBeNull()
  })
})
