import type { Seed } from "pail/testing";

export const seed: Seed = {
  accounts: [
    { email: "ada@example.com", username: "ada" },
    { email: "bot@example.com", username: "bot" },
  ],
  workspaces: [{ slug: "team", owner: "ada", members: [{ account: "bot", permission: "write" }] }],
  repositories: [
    {
      workspace: "team",
      name: "site",
      commits: [
        { message: "First", files: { "README.md": "hello\n" } },
        { message: "Explained", branch: "explained", files: { "a.md": "a\n" } },
        { message: "Silent", branch: "silent", files: { "b.md": "b\n" } },
      ],
      pull_requests: [
        { title: "Explained", author: "ada", source: "explained", description: "It adds a." },
        { title: "Silent", author: "ada", source: "silent" },
      ],
    },
  ],
  tokens: [
    {
      account: "bot",
      name: "bot",
      scopes: ["read:repository", "read:pullrequest", "write:pullrequest"],
      expires: "30d",
    },
  ],
};
