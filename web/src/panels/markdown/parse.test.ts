import { describe, expect, it } from 'vitest'
import type { Run } from '../../data/project'
import { liveText, parseLive } from './live'
import { liveExpressions, renderMarkdown } from './parse'

/** A paragraph comes first and is taken off again: the sanitiser's walk in happy-dom loses the first element, a browser's does not. */
function html(text: string): string {
  const host = document.createElement('div')
  host.append(renderMarkdown(`first\n\n${text}`))
  return host.innerHTML.replace(/^(<p>)?first(<\/p>)?\n/, '')
}

describe('markdown', () => {
  it('writes GitHub’s dialect', () => {
    expect(html('# A\n\n~~old~~ **new**')).toBe('<h1>A</h1>\n<p><s>old</s> <strong>new</strong></p>\n')
    expect(html('| a | b |\n| --- | --: |\n| 1 | 2 |')).toContain('<table>')
    expect(html('- [x] done\n- [ ] open')).toContain('aria-label="done"')
    expect(html('see https://example.org/a')).toContain('rel="noopener noreferrer"')
  })

  it('marks formulas, and leaves prices alone', () => {
    expect(html('so $x^2$ holds')).toContain('data-tex="x^2"')
    expect(html('$$\n\\sum_i x_i\n$$')).toContain('data-display="1"')
    expect(html('costs $5 or $6')).not.toContain('data-tex')
    expect(html('`$x$`')).not.toContain('data-tex')
  })

  it('marks live values outside of code', () => {
    expect(html('best {{runs.best.val/acc}}')).toContain('data-live="runs.best.val/acc"')
    expect(html('`{{runs.count}}`')).not.toContain('data-live')
    expect(liveExpressions('{{ runs.count }} {{run.a-1.config.lr}}')).toEqual(['runs.count', 'run.a-1.config.lr'])
  })

  it('links to runs by name', () => {
    expect(html('[it](run:amber-otter-1)')).toContain('data-run="amber-otter-1"')
  })

  it('marks names of people apart from words, links and code', () => {
    expect(html('see @ann.')).toContain('see <span data-name="ann">@ann</span>.')
    expect(html('**@a.b-c**')).toContain('data-name="a.b-c"')
    for (const text of ['ann@lab.org', '`@ann`', '```\n@ann\n```', '[@ann](run:a)', 'pkg/@scope', '@@ann', '@'])
      expect(html(text)).not.toContain('data-name')
  })

  it('colours code by its language', () => {
    expect(html('```python\nimport os\n```')).toContain('hljs-keyword')
    expect(html('```nonsense\n<b>\n```')).toContain('&lt;b&gt;')
  })

  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<svg onload=alert(1)>',
    '<iframe src="javascript:alert(1)"></iframe>',
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](&#106;avascript:alert(1))',
    '[x](data:text/html,<script>alert(1)</script>)',
    '[x](vbscript:msgbox(1))',
    '![x](javascript:alert(1))',
    '![x" onerror="alert(1)](y)',
    '[x](run:"onmouseover="alert(1))',
    '{{"><img src=x onerror=alert(1)>}}',
    '$"><img src=x onerror=alert(1)>$',
    '```python\n</code><img src=x onerror=alert(1)>\n```',
    '<a href="x" style="position:fixed;inset:0">x</a>',
    '<form action=/api><button>x</button></form>',
    '[x]: javascript:alert(1)\n\n[x]',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  ])('lets nothing run: %s', text => {
    const host = document.createElement('div')
    host.append(renderMarkdown(text))
    for (const element of host.querySelectorAll('*')) {
      expect(['SCRIPT', 'IFRAME', 'SVG', 'FORM', 'STYLE', 'OBJECT', 'BUTTON']).not.toContain(
        element.tagName.toUpperCase(),
      )
      for (const { name, value } of element.attributes) {
        expect(name).not.toMatch(/^on|^style$/)
        if (name === 'href' || name === 'src') expect(value).not.toMatch(/^\s*(javascript|vbscript|data:text)/i)
      }
    }
  })

  it('loads no picture from elsewhere', () => {
    expect(html('![a](https://example.org/a.png)')).not.toContain('<img')
    expect(html('![a](//example.org/a.png)')).not.toContain('<img')
    expect(html('![a](data:image/png;base64,AAAA)')).toContain('<img')
  })
})

describe('live values', () => {
  it('of a run keep all digits of a long number, and say when there is none', () => {
    const run = {
      id: 'r1',
      name: 'fast-fox',
      values: { 'config.seed': 2 ** 60, 'config.lr': 0.1, 'config.net': ['a'] },
    }
    const named = [{ ...run, digits: { 'config.seed': '1152921504606846977' } } as unknown as Run]
    const say = (key: string, name = 'fast-fox'): string | null =>
      liveText({ kind: 'run', run: name, key: `config.${key}` }, { all: null, named, definitions: undefined })
    expect(say('seed')).toBe('1\u2009152\u2009921\u2009504\u2009606\u2009846\u2009977')
    expect([say('lr', 'r1'), say('net'), say('none'), say('lr', 'calm-sea')]).toEqual(['0.1000', '["a"]', '–', '–'])
  })

  it('are read', () => {
    expect(parseLive('runs.count')).toEqual({ kind: 'count' })
    expect(parseLive('runs.best.val/acc')).toEqual({
      kind: 'runs',
      aggregate: 'best',
      metric: 'val/acc',
      isName: false,
    })
    expect(parseLive('runs.lowest.loss.run')).toEqual({ kind: 'runs', aggregate: 'min', metric: 'loss', isName: true })
    expect(parseLive('run.a.b-1.summary.x.y')).toEqual({ kind: 'run', run: 'a.b-1', key: 'summary.x.y' })
    expect(parseLive('runs.worst.x')).toBeNull()
    expect(parseLive('constructor.x')).toBeNull()
  })
})
