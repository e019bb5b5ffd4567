import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { expect, it, vi } from 'vitest'
import { putAnswer } from './answers'

it('a reading that began before a change does not take it back', async () => {
  const client = new QueryClient()
  const answers: ((name: string) => void)[] = []
  const queryFn = () => new Promise<string>(resolve => answers.push(resolve))
  const stop = new QueryObserver(client, { queryKey: ['run'], queryFn }).subscribe(() => undefined)
  answers[0]?.('before')
  await vi.waitFor(() => expect(client.getQueryData(['run'])).toBe('before'))
  void client.refetchQueries()
  await vi.waitFor(() => expect(answers).toHaveLength(2))
  await putAnswer(client, ['run'], () => 'after')
  answers[1]?.('before')
  await vi.waitFor(() => expect(answers).toHaveLength(3))
  expect(client.getQueryData(['run'])).toBe('after')
  answers[2]?.('after, and more')
  await vi.waitFor(() => expect(client.getQueryData(['run'])).toBe('after, and more'))
  stop()
})
