import type { FormPart } from "../../../http/routes/form-parts.ts";
import type { RepositoryFormRoute } from "../../../http/routes/subjects/repository.ts";
import { invalidField } from "../../../model/failure.ts";
import { storeDownloads, type Upload } from "../../../operations/downloads/downloads.ts";

/** Each part called `files` is a file. It replaces the download of the same name. */
export const uploadDownloadsRoute: RepositoryFormRoute = {
  subject: "repository",
  method: "POST",
  path: "/2.0/repositories/{workspace}/{repo_slug}/downloads",
  apiTokenScopes: ["write:repository:bitbucket"],
  oauthScopes: ["repository:write"],
  permission: "write",
  access: "account",
  form: { types: ["multipart/form-data"], otherType: "form-required" },
  async handle(ports, { by, repository, account, form }) {
    await storeDownloads(ports, by, repository, account, readUploads(form));
    return { status: 201, body: { kind: "empty" } };
  },
};

async function* readUploads(form: AsyncIterable<FormPart>): AsyncGenerator<Upload> {
  for await (const { name, filename, content } of form) {
    if (name !== "files") throw invalidField(name, "not a field of this form: each file is sent as files");
    if (filename === undefined) throw invalidField("files", "must be a file: it has no file name");
    yield { name: filename, source: content };
  }
}
