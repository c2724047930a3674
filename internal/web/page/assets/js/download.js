// Files of the API that a person takes away. A link can't show a token, so they are fetched and then saved.

import { send } from "./api.js";

/** Gets a file and has the browser save it under this name. What breaks off while it comes is not saved. */
export async function save(where, name, media, signal) {
  const response = await send("GET", where, { headers: { Accept: media }, signal });
  let file;
  try {
    file = await response.blob();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("the file broke off while it came; try again");
  }
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the browser may still be asking where to put it
}
