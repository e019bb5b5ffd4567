import { describe, expect, it } from 'vitest'
import { keyTitle, parseRunSet, queryOf, type RunSet, sortOf } from './runSet'
import {
  changeColumn,
  chooseColour,
  colourBy,
  groupBy,
  hideAll,
  hideRuns,
  isHidden,
  moveColumn,
  nameGroup,
  setDerived,
  showAll,
  showOnly,
  showOnlyGroup,
  showRuns,
  sortBy,
  toggleBaseline,
  toggleColumn,
  toggleGroup,
  togglePins,
  toggleRuns,
  withSet,
} from './runSetActions'

describe('a run set', () => {
  it('is read from anything: what makes no sense is left out', () => {
    expect(parseRunSet(null)).toEqual({})
    expect(
      parseRunSet({
        filter: 3,
        sort: [{ key: 'name' }, { nokey: 1 }, 'x'],
        group: ['config.lr', { key: 'config.batch', bin_width: 16 }, { key: 'a', bin_width: -1 }, {}],
        columns: ['a', { key: 'a', width: 9999 }, { key: 'b', width: 100.4, is_pinned: true }],
        colours: { by: 'nonsense', chosen: { r1: 3, r2: 'x' } },
        density: 'huge',
        show: [],
        drawn: -4,
      }),
    ).toEqual({
      sort: [{ key: 'name', descending: false }],
      group: [{ key: 'config.lr' }, { key: 'config.batch', bin_width: 16 }, { key: 'a' }],
      columns: [{ key: 'a' }, { key: 'b', width: 100, is_pinned: true }],
      colours: { chosen: { r1: 3 } },
      show: [],
    })
  })

  it('asks for the newest runs first where nothing is said', () => {
    expect(queryOf({})).toEqual({
      filter: '',
      search: '',
      is_regex: false,
      only_mine: false,
      sort: [{ key: 'created_at', descending: true }],
      derived: [],
    })
  })

  it('hides one, all, all but one, and shows them again with a short address', () => {
    const hidden = toggleRuns({}, ['r2'])
    expect(isHidden(hidden, 'r2')).toBe(true)
    expect(toggleRuns(hidden, ['r2'])).toEqual({})
    expect(showAll(hideRuns(hideAll({}), ['x']))).toEqual({})
    const only = showOnly({ hide: ['r1'], hidden_groups: ['["a"]'] }, ['r3'])
    expect(only).toEqual({ show: ['r3'] })
    expect(isHidden(hideRuns(only, ['r3']), 'r3')).toBe(true)
    expect(isHidden(showRuns(only, ['r4']), 'r4')).toBe(false)
  })

  it('hides groups, which fall with the keys they are of', () => {
    const set = toggleGroup({ group: [{ key: 'a' }] }, '["x"]')
    expect(set.hidden_groups).toEqual(['["x"]'])
    expect(toggleGroup(set, '["x"]')).toEqual({ group: [{ key: 'a' }] })
    expect(groupBy(set, [{ key: 'b' }])).toEqual({ group: [{ key: 'b' }] })
    expect(showOnlyGroup({}, 'b', ['a', 'b', 'c']).hidden_groups).toEqual(['a', 'c'])
  })

  it('sorts by one key, the other way round, and by another behind it', () => {
    const first = sortBy({}, 'summary.loss', true)
    expect(sortOf(first)).toEqual([{ key: 'summary.loss', descending: true }])
    const both = sortBy(first, 'config.lr', false, true)
    expect(sortOf(both).map(({ key }) => key)).toEqual(['summary.loss', 'config.lr'])
    expect(sortOf(sortBy(both, 'summary.loss', true, true))[0]).toEqual({ key: 'summary.loss', descending: false })
    expect(sortBy(both, 'created_at', true)).toEqual({})
  })

  it('moves, widens, shows and hides columns', () => {
    const columns = [{ key: 'a' }, { key: 'b' }, { key: 'c' }]
    expect(moveColumn(columns, 'c', 'a').map(({ key }) => key)).toEqual(['c', 'a', 'b'])
    expect(moveColumn(columns, 'a', null).map(({ key }) => key)).toEqual(['b', 'c', 'a'])
    expect(changeColumn(columns, 'b', { width: 90 })[1]).toEqual({ key: 'b', width: 90 })
    expect(changeColumn([{ key: 'b', width: 90 }], 'b', { width: undefined })).toEqual([{ key: 'b' }])
    expect(toggleColumn(columns, 'd', true).at(-1)).toEqual({ key: 'd' })
    expect(toggleColumn(columns, 'b', false)).toHaveLength(2)
    expect(withSet({}, { columns: [] })).toEqual({ columns: [] })
  })

  it('renames a derived column wherever it stands, and takes it away from there', () => {
    const set: RunSet = {
      derived: [{ name: 'x', expression: '${config.a} * 2' }],
      columns: [{ key: 'derived.x' }, { key: 'created_at' }],
      sort: [{ key: 'derived.x', descending: true }],
      group: [{ key: 'derived.x', bin_width: 1 }],
    }
    const renamed = setDerived(set, 'x', { name: 'y', expression: '1' })
    expect([renamed.columns?.[0]?.key, renamed.sort?.[0]?.key, renamed.group?.[0]?.key]).toEqual(
      Array(3).fill('derived.y'),
    )
    expect(setDerived(set, 'x', null)).toEqual({ columns: [{ key: 'created_at' }] })
  })

  it('pins any number, and has one baseline', () => {
    expect(togglePins(togglePins({}, ['a', 'b']), ['b', 'c']).pinned).toEqual(['a', 'b', 'c'])
    expect(togglePins({ pinned: ['a'] }, ['a'])).toEqual({})
    expect(toggleBaseline(toggleBaseline({}, 'a'), 'a')).toEqual({})
  })

  it('remembers chosen colours and names of groups, and forgets them', () => {
    const set = chooseColour({}, ['r1'], 7)
    expect(set.colours).toEqual({ chosen: { r1: 7 } })
    expect(chooseColour(set, ['r1'], null)).toEqual({})
    expect(colourBy(set, 'value', 'config.lr').colours).toEqual({ by: 'value', key: 'config.lr', chosen: { r1: 7 } })
    expect(nameGroup(nameGroup({}, '["a"]', ' Ours '), '["a"]', '')).toEqual({})
  })

  it('calls keys by what they are', () => {
    expect([
      keyTitle('created_at'),
      keyTitle('summary.val/loss'),
      keyTitle('metrics.loss.min'),
      keyTitle('derived.x'),
    ]).toEqual(['Age', 'val/loss', 'loss min', 'x'])
  })
})
