import { QueryClient } from '@tanstack/react-query'
import { statusOf } from '../ui/failure'

/** Answers are kept while pages change. What a second try cannot mend is not tried again. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (count, error) => count < 2 && (statusOf(error) === 0 || statusOf(error) >= 500),
    },
  },
})
