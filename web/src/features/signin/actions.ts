import { account } from '../../data/account'
import { forgetDrafts } from '../../ui/drafts'
import { failureOf } from '../../ui/failure'
import { toast } from '../../ui/toasts'

/** Ends the session and forgets everything this page holds of it. */
export async function signOut(): Promise<void> {
  try {
    await account.signOut()
  } catch (error) {
    const { detail } = failureOf(error, 'You are still signed in')
    toast({ text: `You are still signed in: ${detail}`, icon: 'error' })
    return
  }
  forgetDrafts()
  location.reload()
}
