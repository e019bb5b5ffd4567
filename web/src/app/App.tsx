import { useEffect } from 'react'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { SessionGate } from '../features/signin/SessionGate'
import { tellCutTexts } from '../ui/cutTexts'
import { TipProvider } from '../ui/Tip'
import { Toasts } from '../ui/toasts'
import { queryClient } from './queryClient'
import { router } from './router'
import { useKeyboard } from './useKeyboard'

export function App({ linkError }: { linkError: string | null }) {
  useKeyboard()
  useEffect(() => tellCutTexts(document), [])
  return (
    <QueryClientProvider client={queryClient}>
      <TipProvider>
        <SessionGate linkError={linkError}>
          <RouterProvider router={router} />
        </SessionGate>
        <Toasts />
      </TipProvider>
    </QueryClientProvider>
  )
}
