/** The login of this window; gone with the tab, or when the hub says that it has run out. */
const KEY = 'holdfast.token';

export const keptToken = (): string | undefined => sessionStorage.getItem(KEY) ?? undefined;
export const keepToken = (token: string): void => sessionStorage.setItem(KEY, token);
export const dropToken = (): void => sessionStorage.removeItem(KEY);
