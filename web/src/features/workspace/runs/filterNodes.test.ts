import { describe, expect, it } from 'vitest'
import { formatFilter, parseFilter } from '../../../data/filters'
import {
  brushText,
  changeNode,
  chipText,
  filterOf,
  newCondition,
  nodesOf,
  splitList,
  topParts,
  withoutPart,
} from './filterNodes'

const again = (text: string): string => formatFilter(filterOf(nodesOf(parseFilter(text))), { isForPeople: true })

describe('the rows of a filter', () => {
  it.each([
    'val/mIoU >= 0.8 and state in ["finished", "running"] and (tags has "boundary" or config.loss.boundary > 0)',
    'not config.lr exists',
    'not (a = 1 or b = 2)',
    'not a = 1',
    'not tags has "x" and not name ~ "^a.*"',
    'created_at > now-7d',
    'created_at > 2026-01-31 and duration_s > 3600',
    'config.x = "3"',
    'config.x = "true"',
    'config.x = true and config.y = null and config.z = "a, b"',
    'config.x in [1, "a", "b, c"]',
    'name ~ "a\\\\.b"',
    'name ~ "a.b"',
    'config.date = "2026-01-31"',
    'notes = ""',
    'a = 1 or b = 2 and c = 3',
  ])('say %s and come back as it', text => {
    expect(again(text)).toBe(text)
  })

  it('leave out what is not whole yet', () => {
    const root = nodesOf(parseFilter('a = 1'))
    const unfinished = { ...root, nodes: [...root.nodes, newCondition(), { ...newCondition('b'), text: ' ' }] }
    expect(formatFilter(filterOf(unfinished))).toBe('summary.a = 1')
  })

  it('change one row and keep the others', () => {
    const root = nodesOf(parseFilter('a = 1 and (b = 2 or c = 3)'))
    const inner = root.nodes[1] as Extract<(typeof root.nodes)[1], { kind: 'group' }>
    const changed = changeNode(root, inner.nodes[0]?.id ?? 0, () => null)
    expect(formatFilter(filterOf(changed), { isForPeople: true })).toBe('a = 1 and c = 3')
  })

  it('are called by what they say', () => {
    expect(chipText(parseFilter('val/mIoU >= 0.80'))).toEqual({ key: 'val/mIoU', rest: '≥ 0.8' })
    const brush = parseFilter('summary.val/mIoU >= 0.86 and summary.val/mIoU <= 0.87 and config.lr > 1')
    expect(brushText(topParts(brush))).toBe('val/mIoU ≥ 0.86, ≤ 0.87, lr > 1')
    expect(chipText(parseFilter('tags has "boundary"'))).toEqual({ key: 'tag', rest: 'boundary' })
    expect(chipText(parseFilter('a = 1 or b = 2'))).toEqual({ key: 'any of', rest: '2 conditions' })
  })

  it('are dropped one by one', () => {
    const filter = parseFilter('a = 1 and b = 2 and c = 3')
    expect(topParts(filter)).toHaveLength(3)
    expect(formatFilter(withoutPart(filter, 1), { isForPeople: true })).toBe('a = 1 and c = 3')
    expect(formatFilter(withoutPart(parseFilter('a = 1'), 0))).toBe('')
  })

  it('split lists at commas outside quotes', () => {
    expect(splitList('a, "b, c" ,d')).toEqual(['a', '"b, c"', 'd'])
  })
})
