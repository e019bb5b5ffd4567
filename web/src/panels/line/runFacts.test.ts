import { expect, it, vi } from 'vitest'
import { ProjectApi } from '../../data/project'
import { RunFacts } from './runFacts'
import { valueText } from '../valueText'

it('legends know a long seed by all its digits', async () => {
  const answer = '{"total":1,"runs":[{"id":"r1","values":{"config.seed":1234567890123456789,"config.lr":0.1}}]}'
  vi.stubGlobal('fetch', async () => new Response(answer))
  const facts = new RunFacts(new ProjectApi('ann', 'digits'))
  await new Promise<void>(resolve => facts.want(['r1'], ['config.seed', 'config.lr'], resolve))
  const said = ['config.seed', 'config.lr'].map(key => valueText(facts.valueOf('r1', key)))
  expect(said).toEqual(['1\u2009234\u2009567\u2009890\u2009123\u2009456\u2009789', '0.1000'])
  vi.unstubAllGlobals()
})
