import { useState } from 'react'
import { failureOf } from './failure'

/** Does what a form asks for; `error` is what went wrong, as a sentence. */
export function useSending() {
  const [error, setError] = useState<string>()
  const [isSending, setSending] = useState(false)
  const send = async (work: () => Promise<void>): Promise<void> => {
    setSending(true)
    try {
      await work()
    } catch (failure) {
      setError(failureOf(failure, '').detail)
    }
    setSending(false)
  }
  return { error, isSending, send }
}
