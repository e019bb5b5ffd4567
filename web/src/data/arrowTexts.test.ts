// @vitest-environment node
import { dictionary, int32, tableFromArrays, tableFromIPC, tableToIPC, utf8 } from '@uwdata/flechette'
import { describe, expect, it } from 'vitest'
import { textsOf } from './arrowTexts'

type Texts = readonly (string | null)[]

function read(texts: Texts, type: ReturnType<typeof utf8> | ReturnType<typeof dictionary> = utf8()): Texts {
  const table = tableFromIPC(
    tableToIPC(tableFromArrays({ texts: [...texts] }, { types: { texts: type } }), { format: 'stream' }) as Uint8Array,
  )
  const column = table.getChild('texts')
  if (!column) throw new Error('The table has no column')
  return textsOf(column)
}

describe('texts out of Arrow', () => {
  it.each<[string, Texts]>([
    ['plain ones', ['amber-otter-1', '', 'b', 'amber-otter-1']],
    ['some that are missing', ['a', null, '', null, 'bcd']],
    ['letters of many bytes', ['ünïcode · 2', 'plain', '', '🦦 otter', 'é']],
    ['letters of many bytes beside gaps', [null, 'é', null, 'e']],
    ['a mark of byte order at the start', ['\ufeffa', 'b']],
    ['nothing at all', []],
  ])('gives %s as they were', (_, texts) => {
    // A mark at the start of a text is no part of it.
    expect(read(texts)).toEqual(texts.map(text => text?.replace(/^\ufeff/, '') ?? null))
  })

  it('reads texts that are named by number', () => {
    const states = ['finished', 'running', null, 'finished']
    expect(read(states, dictionary(utf8(), int32()))).toEqual(states)
  })
})
