import java.io.File;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.transport.UsernamePasswordCredentialsProvider;

/** What a Java program has: both HTTP clients of the platform as they are, and a git of its own. */
class Clients {
  public static void main(String[] args) throws Exception {
    URI events = URI.create("https://api.bitbucket.org/2.0/hook_events");
    HttpURLConnection connection = (HttpURLConnection) events.toURL().openConnection();
    System.out.println("HttpURLConnection " + connection.getResponseCode());
    HttpRequest request = HttpRequest.newBuilder(events).build();
    System.out.println(
        "HttpClient " + HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).statusCode());
    String credentials = Files.readString(Path.of(System.getenv("PAIL_CREDENTIALS")));
    Matcher token = Pattern.compile("\"token\": \"([^\"]+)\"").matcher(credentials);
    token.find();
    try (Git git =
        Git.cloneRepository()
            .setURI("https://bitbucket.org/acme/demo.git")
            .setCredentialsProvider(
                new UsernamePasswordCredentialsProvider("x-bitbucket-api-token-auth", token.group(1)))
            .setDirectory(new File(args[0]))
            .call()) {
      System.out.println("JGit " + git.getRepository().getFullBranch());
    }
  }
}
