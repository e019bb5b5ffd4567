import { describe, expect, it } from 'vitest'
import type { Column } from '../../data/project'
import { type BuiltSection, buildSections, flatSections, foundSection, metricPanels, panelSearch } from './sections'
import { defaultView, type ViewSpec } from './view'

const metric = (key: string, section: Column['section'] = 'metric', kinds = ['f']): Column => ({
  key,
  section,
  kinds,
  run_count: 1,
  is_distinct: true,
})

const COLUMNS = [
  metric('val/loss'),
  metric('loss'),
  metric('val/layer10'),
  metric('val/layer2'),
  metric('val/head/loss'),
  metric('cpu', 'system'),
  metric('system/odd'),
  metric('note', 'metric', ['o']),
  metric('config.lr', 'config'),
]
const METRICS = metricPanels(COLUMNS)
const built = (spec: Partial<ViewSpec> = {}) => buildSections({ ...defaultView(), ...spec }, METRICS)
const tree = (sections: readonly BuiltSection[]): unknown[] =>
  sections.map(({ title, panels, sections: inner }) => [
    title,
    panels.map(panel => panel.id),
    ...(inner.length > 0 ? [tree(inner)] : []),
  ])

describe('the automatic workspace', () => {
  it('follows the prefix: plain metrics first, system metrics last, numbers in names by size', () => {
    expect(tree(built().sections)).toEqual([
      ['Charts', ['loss']],
      ['system', ['system/odd']],
      ['val', ['val/head/loss', 'val/layer2', 'val/layer10', 'val/loss']],
      ['system', ['system:cpu']],
    ])
  })

  it('nests by further levels of the name', () => {
    expect(tree(built({ automatic: { depth: 1 } }).sections)).toEqual([
      ['Charts', ['loss']],
      ['system', ['system/odd']],
      ['val', ['val/layer2', 'val/layer10', 'val/loss'], [['head', ['val/head/loss']]]],
      ['system', ['system:cpu']],
    ])
  })

  it('gives every panel and section an id of its own, also where names meet', () => {
    const { sections, panels } = buildSections(defaultView(), metricPanels([...COLUMNS, metric('cpu')]))
    expect(new Set(panels.map(panel => panel.id)).size).toBe(panels.length)
    const ids = flatSections(sections).map(section => section.id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('folds the system section at first, and what the view says', () => {
    const folded = (spec?: Partial<ViewSpec>): boolean[] => built(spec).sections.map(section => section.isFolded)
    expect(folded()).toEqual([false, false, false, true])
    expect(folded({ automatic: { folded: [] } })).toEqual([false, false, false, false])
    expect(folded({ automatic: { folded: ['val'] } })).toEqual([false, false, true, false])
  })

  it('lays what was changed over its panels and leaves out what was removed', () => {
    const { byId, panels } = built({
      automatic: { changed: { loss: { y_scale: 'log', id: 'x', kind: 'bar' } }, removed: ['val/loss'] },
    })
    expect(byId.get('loss')).toMatchObject({ id: 'loss', kind: 'line', y_scale: 'log' })
    expect(panels.some(panel => panel.id === 'val/loss')).toBe(false)
  })

  it('keeps a panel the same object while nothing of it changes', () => {
    const changed = { loss: { y_scale: 'log' } }
    const one = built({ automatic: { changed } })
    const two = built({ automatic: { changed, depth: 1 } })
    expect(two.byId.get('loss')).toBe(one.byId.get('loss'))
    expect(two.byId.get('val/loss')).toBe(one.byId.get('val/loss'))
  })

  it('has a person’s order first, the others by name', () => {
    const { sections } = built({ automatic: { order: { val: ['val/loss', 'gone'] } } })
    expect(sections[2]?.panels.map(panel => panel.id)).toEqual([
      'val/loss',
      'val/head/loss',
      'val/layer2',
      'val/layer10',
    ])
  })

  it('shows sections of a person’s own above', () => {
    const { sections, placeOf } = built({
      automatic: { added: [{ id: 's~1', title: 'Mine', panels: [{ kind: 'line', id: 'p~1' }] }] },
    })
    expect(sections[0]).toMatchObject({ title: 'Mine', isOwn: true, count: 1 })
    expect(placeOf.get('p~1')?.id).toBe('s~1')
  })
})

describe('logged media', () => {
  const columns = [
    metric('val/pictures', 'metric', ['image-file']),
    metric('media/loss'),
    metric('loss'),
    metric('cpu', 'system'),
  ]
  it('have a section of their own before the system’s, whatever their prefix', () => {
    expect(tree(buildSections(defaultView(), metricPanels(columns)).sections)).toEqual([
      ['Charts', ['loss']],
      ['media', ['media/loss']],
      ['Media', ['media:val/pictures']],
      ['system', ['system:cpu']],
    ])
  })
  it('and one panel for each key', () => {
    const panel = buildSections(defaultView(), metricPanels(columns)).byId.get('media:val/pictures')
    expect(panel).toEqual({ kind: 'media', id: 'media:val/pictures', keys: ['val/pictures'] })
  })
})

describe('sections of a person’s own', () => {
  it('are all there is in the manual workspace', () => {
    expect(built({ mode: 'manual' }).sections).toEqual([])
  })

  it('grow with metrics that their pattern matches', () => {
    const spec: Partial<ViewSpec> = {
      mode: 'manual',
      sections: [{ id: 's~1', title: 'Losses', pattern: 'loss$', removed: ['s~1:loss'] }],
    }
    const ids = (columns: Column[]): string[] =>
      buildSections({ ...defaultView(), ...spec }, metricPanels(columns)).panels.map(panel => panel.id)
    expect(ids(COLUMNS)).toEqual(['s~1:val/head/loss', 's~1:val/loss'])
    expect(ids([...COLUMNS, metric('test/loss')])).toContain('s~1:test/loss')
  })

  it('make nothing of a pattern that is none', () => {
    expect(built({ mode: 'manual', sections: [{ id: 's', title: '', pattern: '(' }] }).panels).toEqual([])
  })

  it('hand their settings down, outermost first', () => {
    const { sections } = built({
      mode: 'manual',
      sections: [
        { id: 'a', title: 'A', settings: { x: 'time' }, sections: [{ id: 'b', title: 'B', settings: { buckets: 9 } }] },
      ],
    })
    expect(sections[0]?.sections[0]?.layers).toEqual([{ x: 'time' }, { buckets: 9 }])
  })
})

describe('finding panels', () => {
  const found = (words: string, isRegex: boolean): string[] =>
    foundSection(built(), panelSearch(words, isRegex))?.panels.map(panel => panel.id) ?? []

  it('takes words, words to leave out, and regular expressions, which may be wrong', () => {
    expect(found('LAYER val', false)).toEqual(['val/layer2', 'val/layer10'])
    expect(found('val -layer', false)).toEqual(['val/head/loss', 'val/loss'])
    expect(found('layer\\d$', true)).toEqual(['val/layer2'])
    expect(panelSearch('(', true)).toHaveProperty('error')
  })

  it('answers with one section, panels of folded ones too', () => {
    expect(found('cpu', false)).toEqual(['system:cpu'])
  })
})

it('ten thousand metrics are sections in a moment, and stay the same objects through an edit elsewhere', () => {
  const many = metricPanels(Array.from({ length: 10_000 }, (_, i) => metric(`layer${i % 40}/weight${i}`)))
  const one = buildSections(defaultView(), many)
  expect(one.sections).toHaveLength(40)
  expect(one.panels).toHaveLength(10_000)
})
