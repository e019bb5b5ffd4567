import { describe, expect, it } from 'vitest'
import { againstCommit, atCommit, cellsOf, comparedFiles, type RunFile } from './sources'
import { sidesOf } from './View'

const PATCH = `diff --git a/src/train.py b/src/train.py
index 1111111..2222222 100644
--- a/src/train.py
+++ b/src/train.py
@@ -1,3 +1,3 @@
 import os
-lr = 0.1
+lr = 0.02
 print(lr)
diff --git a/new.py b/new.py
new file mode 100644
--- /dev/null
+++ b/new.py
@@ -0,0 +1 @@
+x = 1
`

const file = (path: string, digest: string): RunFile => ({ path, digest, size: 1, url: '' })

describe('code of runs', () => {
  it('takes a run’s patch back to find the commit’s file', () => {
    const now = 'import os\nlr = 0.02\nprint(lr)\n'
    expect(atCommit(now, 'code/src/train.py', PATCH)).toBe('import os\nlr = 0.1\nprint(lr)\n')
    // The code's root may lie within the repository.
    expect(atCommit(now, 'code/train.py', PATCH)).toBe('import os\nlr = 0.1\nprint(lr)\n')
    expect(atCommit('x = 1\n', 'code/new.py', PATCH)).toBe('')
    expect(atCommit('other\n', 'code/src/train.py', PATCH)).toBeNull()
    expect(atCommit(now, 'code/elsewhere.py', PATCH)).toBeNull()
  })

  it('marks the files that the patch touches', () => {
    const found = againstCommit(
      [file('code/src/train.py', 'a'), file('code/b.py', 'b'), file('diff.patch', 'c')],
      PATCH,
    )
    expect(found.map(({ path, change }) => [path, change])).toEqual([
      ['code/src/train.py', 'changed'],
      ['code/b.py', 'same'],
    ])
  })

  it('compares two runs by their digests', () => {
    const found = comparedFiles(
      [file('a', '1'), file('b', '1'), file('c', '1')],
      [file('a', '1'), file('b', '2'), file('d', '1')],
    )
    expect(found.map(({ path, change }) => `${path} ${change}`)).toEqual([
      'a same',
      'b changed',
      'c removed',
      'd added',
    ])
  })

  it('reads notebooks as their cells', () => {
    const text = JSON.stringify({
      cells: [
        { cell_type: 'code', source: ['a = 1\n', 'b'], outputs: [{ text: 'noise' }] },
        { cell_type: 'markdown', source: '# T' },
      ],
    })
    expect(cellsOf(text)).toBe('# %% [code] 1\na = 1\nb\n\n# %% [markdown] 2\n# T\n')
    expect(cellsOf('not json')).toBe('not json')
  })

  it('finds its two sides', () => {
    const runs = [{ id: 'a' }, { id: 'b' }]
    expect(sidesOf({}, runs, 'base')).toEqual({ left: 'base', right: 'a' })
    expect(sidesOf({}, runs, 'a')).toEqual({ left: 'a', right: 'b' })
    expect(sidesOf({ left: 'b', right: 'a' }, runs, '')).toEqual({ left: 'b', right: 'a' })
    expect(sidesOf({}, [{ id: 'a' }], '')).toEqual({ left: 'commit', right: 'a' })
    expect(sidesOf({ left: 'commit' }, runs, '')).toEqual({ left: 'commit', right: 'a' })
    expect(sidesOf({}, [], '')).toEqual({ left: 'commit', right: '' })
  })
})
